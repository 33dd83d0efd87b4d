"""A naive Bayes spam filter: learns from mails that people moved to the spam folder, and sorts new ones."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable


class SpamFilter:
    def __init__(self, mails: Iterable[tuple[str, bool]]) -> None:
        """*mails*: text, and whether a person called it spam."""
        self.words = {True: Counter[str](), False: Counter[str]()}
        self.mails = Counter[bool]()
        for text, spam in mails:
            self.words[spam].update(_words(text))
            self.mails[spam] += 1

    def is_spam(self, text: str) -> bool:
        return self._evidence(text, True) > self._evidence(text, False)

    def _evidence(self, text: str, spam: bool) -> float:
        counts, vocabulary = self.words[spam], len(self.words[True] | self.words[False])
        likely = [math.log((counts[word] + 1) / (counts.total() + vocabulary + 1)) for word in _words(text)]
        return math.log((self.mails[spam] + 1) / (self.mails.total() + 2)) + math.fsum(likely)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


if __name__ == "__main__":
    learned = SpamFilter(
        [("win a free prize now", True), ("free pills", True), ("minutes of our meeting", False)]
    )
    print(learned.is_spam("a free prize"), learned.is_spam("the next meeting"))
