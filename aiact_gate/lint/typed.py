"""What the kinds of the fields say about a condition: a walk over its checked expression.

The engine takes whatever a record holds, so it compiles `it.name` as a condition and `text > 1.0` as a comparison, and
errs only on real evidence. Here every node gets a kind from the record models; what can't come out right is named with
its place. A kind that isn't known (`any`) is never at fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from aiact_gate.expressions.tree import ORDER, Expr, Path, indexes, inside, path_of
from aiact_gate.expressions.vocabulary import words
from aiact_gate.lint.faults import did_you_mean
from aiact_gate.schemas.fields import Field
from aiact_gate.sources.shapes import is_date, quoted

MAX_DEPTH = 16
"""Of operators, calls and brackets in each other; the engine ends at 32."""

FieldOf = Callable[[Path], Field | None]

WORDS = {
    "text": "a text",
    "date": "a date",
    "decimal": "a decimal number",
    "whole": "a whole number",
    "bool": "true or false",
    "list": "a list",
    "group": "a group of keys",
}
_KIND_OF_LETTER = {"s": "text", "d": "decimal", "i": "whole", "b": "bool", "l": "list", "m": "group"}
_SCHEMA_KINDS = {
    "number": "decimal",
    "integer": "whole",
    "boolean": "bool",
    "array": "list",
    "object": "group",
}
_EQUAL = {"_==_": "==", "_!=_": "!="}
_SUMS = {"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%"}
_TAKES: dict[str, tuple[str, ...]] = {
    **{name: arguments for name, (arguments, _) in words("2026-01-01").items()},
    **dict.fromkeys(("startsWith", "endsWith", "contains", "matches"), ("s", "s")),
    "size": ("slm",),
}
"""Function -> the letters of the kinds that each of its arguments may have."""
_GIVES = dict.fromkeys(_TAKES, "bool") | {"rank": "whole", "size": "whole"}
_GIVES |= {"double": "decimal", "int": "whole", "string": "text", "bool": "bool"}


class TypedWalk:
    """A walk over one condition: its `faults`, and what its check has to be asked about."""

    def __init__(self, source: str, field_of: FieldOf) -> None:
        self.source = source
        self.field_of = field_of
        self.faults: list[tuple[str, str, str, int]] = []
        """(rule, message, fix, offset into the condition) of what can't come out right."""
        self.alls: list[tuple[object, int, str]] = []
        """(what `.all()` walks, place, its name)."""
        self.guarded: set[object] = set()
        """Lists of which it asks the size, or whether they are filled."""
        self.tested: list[tuple[Path, int]] = []
        """Paths under `has()`."""
        self.used: set[Path] = set()
        """Every other path."""
        self._names: dict[str, Path] = {}
        """What the names of the loops around stand for."""

    # ------------------------------------------------------------ kinds

    def boolean(self, node: Expr, positive: bool = True) -> None:
        """Walk *node*, which has to be true or false."""
        if node.kind == "call" and node.name == "_?_:_":
            self.boolean(node.parts[0])
            self.boolean(node.parts[1], positive)
            self.boolean(node.parts[2], positive)
            return
        kind = self._kind(node, positive)
        if kind in WORDS and kind != "bool":
            shown = _shown(node)
            what = f"{shown} is {WORDS[kind]}, not true or false"
            ask = f", or ask filled({shown})" if self._path_of(node) else ""
            self._fault("non_boolean", self._start(node), what, f"Compare it with something{ask}.")

    def _kind(self, node: Expr, positive: bool = True) -> str:
        if node.kind == "const":
            return _CONSTANTS.get(type(node.value), "any")
        path = self._path_of(node)
        if path is not None:
            return self._path(node, path)
        if node.kind == "comprehension":
            return self._macro(node, positive)
        if node.kind == "call":
            return self._call(node, positive)
        for part in node.parts:
            self._kind(part)
        return {"list": "list", "struct": "group"}.get(node.kind, "any")

    def _path_of(self, node: Expr) -> Path | None:
        return path_of(node, self._names)

    def _path(self, node: Expr, path: Path) -> str:
        for index in indexes(node):
            if index.kind != "const":
                self._kind(index)
        if node.test_only:
            self.tested.append((path, self._start(node)))
            return "bool"
        self.used.add(path)
        return self._kind_at(path)

    def _kind_at(self, path: Path) -> str:
        if path[0].startswith("@"):
            return "text" if path == ("@word",) else "any"
        if path == ("as_of",):
            return "date"
        if path[0] == "parameters":
            return "decimal" if len(path) == 2 else "any"
        return kind_of_field(self.field_of(path))

    def _macro(self, node: Expr, positive: bool) -> str:
        ranged, start, _, step, _ = node.parts
        kind = self._kind(ranged)
        if kind in WORDS and kind not in ("list", "group"):
            self._unlike(node, f"{_shown(ranged)} is {WORDS[kind]}, no list to walk")
        if start.kind == "const" and start.value is True and ranged.kind != "list" and positive:
            self.alls.append((self._key(_mapped(ranged)), self._start(node), _shown(ranged)))
        outer, self._names = self._names, inside(node, self._names)
        if kind == "group":
            self._names[node.name] = ("@word",)  # a map is walked by its keys
        found = self._each(start, step, positive)
        self._names = outer
        return found

    def _each(self, start: Expr, step: Expr, positive: bool) -> str:
        """The kind of a loop that begins with *start* and goes on with *step*."""
        if start.kind == "const":
            if isinstance(start.value, bool):
                self.boolean(step.parts[1], positive)
            else:  # exists_one
                self.boolean(step.parts[0])
            return "bool"
        while step.kind == "call" and step.name == "_?_:_":  # filter, and map with a condition
            self.boolean(step.parts[0])
            step = step.parts[1]
        if step.kind == "call" and len(step.parts) == 2:
            self._kind(step.parts[1])
        return "list"

    def _call(self, node: Expr, positive: bool) -> str:
        name, parts = node.name, node.parts
        if name in ("_&&_", "_||_"):
            for part in parts:
                self.boolean(part, positive)
                if part.kind == "const" and isinstance(part.value, bool):
                    what = f"'{'true' if part.value else 'false'}' is a part of the condition that no evidence changes"
                    self._fault("constant", part.offset, what, "Take it out.")
            return "bool"
        if name == "!_":
            self.boolean(parts[0], not positive)
            return "bool"
        if name == "_?_:_":
            self.boolean(parts[0])
            one, other = self._kind(parts[1]), self._kind(parts[2])
            return one if one == other else "any"
        guarded = set(self.guarded)
        kinds = [self._kind(part) for part in parts]
        if name in ORDER or name in _EQUAL:
            if idle := _idle(node):
                self.guarded = guarded  # what says nothing guards nothing
                self._fault("constant", node.offset, f"a size is {idle}", "Write > 0, or take it out.")
                return "bool"
            self._comparison(node, kinds)
            return "bool"
        if name == "@in":
            self._membership(node, kinds)
            return "bool"
        if name in _SUMS or name == "-_":
            return self._sum(node, kinds)
        if name in ("size", "filled"):
            self.guarded.add(self._key(parts[0]))
        for part, kind, letters in zip(parts, kinds, _TAKES.get(name, ()), strict=False):
            self._argument(name, part, kind, letters)
        if name in ("in_future", "in_past") and kinds[0] == "text":
            self._is_no_date(node)
        return _GIVES.get(name, "any")

    def _key(self, node: Expr) -> object:
        """What *node* is known by: its path, else what it says."""
        path = self._path_of(node)
        return path if path is not None else _bare(node)

    # ------------------------------------------------------------ what can't come out right

    def _comparison(self, node: Expr, kinds: list[str]) -> None:
        sign = ORDER.get(node.name) or _EQUAL[node.name]
        one, other = node.parts
        sides = ((one, other), (other, one))
        for part, rest in sides:
            if part.kind == "const" and part.value == "":
                shown = _shown(rest)
                what = f"'{sign} \"\"' says nothing of an absent {shown}"
                fix = f"Ask {'filled' if sign == '!=' else '!filled'}({shown})."
                self._fault("empty_text", node.offset, what, fix)
                return
        if _bare(one) == _bare(other):
            what = f"both sides of '{sign}' are {_shown(one)}"
            self._fault("constant", node.offset, what, "Compare it with something else.")
            return
        if _differ(*kinds):
            what = f"{_of_kind(one, kinds[0])} is compared with {_of_kind(other, kinds[1])}"
            self._unlike(node, what)
        elif node.name in ORDER and "date" in kinds:
            which = one if kinds[0] == "date" and self._path_of(one) != ("as_of",) else other
            fix = f"Ask in_past({_shown(which)}) or in_future({_shown(which)})."
            self._fault("date_order", node.offset, f"'{sign}' compares dates as texts", fix)
        elif node.name in ORDER and kinds[0] in ("bool", "list", "group"):
            what = f"'{sign}' compares {WORDS[kinds[0]]}, which has no order"
            self._unlike(node, what, "Compare numbers.")
        for part, rest in sides:
            if part.kind == "const" and isinstance(part.value, str):
                self._one_of_words(part, rest)

    def _one_of_words(self, word: Expr, other: Expr, *below: str) -> None:
        """*word* is held against the field that *other* reads, or one *below* it."""
        path = self._path_of(other)
        field = None if path is None or path[0].startswith("@") else self.field_of((*path, *below))
        allowed = [str(item) for item in field.schema.get("enum", ())] if field is not None else []
        if allowed and word.value not in allowed:
            what = f"{quoted(str(word.value))} is none of the words for {_shown(other)}"
            fix = did_you_mean(str(word.value), tuple(allowed), f"Use one of: {', '.join(allowed[:10])}.")
            self._fault("unknown_word", word.offset, what, fix)

    def _membership(self, node: Expr, kinds: list[str]) -> None:
        item, held = node.parts
        if kinds[1] in WORDS and kinds[1] not in ("list", "group"):
            shown = _shown(held)
            what = f"'in' looks into {shown}, which is {WORDS[kinds[1]]}"
            self._unlike(node, what, f"Ask {shown}.contains(…)." if kinds[1] in ("text", "date") else "")
            return
        if kinds[1] == "group":
            inner = "text"
        elif held.kind == "list":
            for part in held.parts:
                if part.kind == "const" and isinstance(part.value, str):
                    self._one_of_words(part, item)
            found = {_class_of(self._kind(part)) for part in held.parts}
            inner = found.pop() if len(found) == 1 else ""
        else:
            path = self._path_of(held)
            inner = self._kind_at((*path, "*")) if path is not None else ""
        if _differ(inner, kinds[0]):
            what = f"{_of_kind(item, kinds[0])} is looked for among {_PLURALS[_class_of(inner)]}"
            self._unlike(node, what)
        if item.kind == "const" and isinstance(item.value, str) and kinds[1] == "list":
            self._one_of_words(item, held, "*")

    def _sum(self, node: Expr, kinds: list[str]) -> str:
        if len(kinds) == 1:
            return kinds[0]
        one, other = kinds
        if set(kinds) == {"decimal", "whole"}:
            what = f"'{_SUMS[node.name]}' joins a whole number with a decimal one, which the engine refuses"
            fix = "Write the whole one with a point, 2.0, or convert it with double()."
            self._unlike(node, what, fix)
            return "decimal"
        if _differ(one, other):
            what = f"'{_SUMS[node.name]}' joins {_of_kind(node.parts[0], one)} with {_of_kind(node.parts[1], other)}"
            self._unlike(node, what)
            return "any"
        if one == "date":
            return "text"
        return one if one == other else "any"

    def _is_no_date(self, node: Expr) -> None:
        part = node.parts[0]
        path = self._path_of(part)
        if part.kind == "const" and isinstance(part.value, str):
            wrong = not is_date(part.value)
        elif path is not None and not path[0].startswith("@"):
            field = self.field_of(path)
            wrong = field is not None and field.schema.get("x-type") not in (None, "fact", "date")
        else:
            wrong = path == ("@word",)
        if wrong:
            what = f"{node.name} asks about {_shown(part)}, which is no date"
            self._fault("no_date", self._start(part), what, "Name a field that holds a date.")

    def _argument(self, name: str, part: Expr, kind: str, letters: str) -> None:
        allowed = [_KIND_OF_LETTER[letter] for letter in letters if letter != "z"]
        if kind in WORDS and ("text" if kind == "date" else kind) not in allowed:
            *more, last = (WORDS[one] for one in allowed)
            wanted = f"{', '.join(more)} or {last}" if more else last
            what = f"{name} takes {wanted}; {_of_kind(part, kind)} stands there"
            self._fault("unlike_kinds", self._start(part), what, f"Give it {wanted}.")

    # ------------------------------------------------------------ saying it

    def _unlike(self, node: Expr, message: str, fix: str = "") -> None:
        self._fault("unlike_kinds", self._start(node), message, fix or "Compare values of one kind.")

    def _fault(self, rule: str, offset: int, message: str, fix: str) -> None:
        found = (rule, message, fix, offset)
        if found not in self.faults:
            self.faults.append(found)

    def _start(self, node: Expr) -> int:
        """Where *node* begins as people read it: a function at its name, a field at its name, an operator at itself."""
        if node.kind == "select" and not node.test_only:
            return node.offset + 1
        if (
            node.kind == "comprehension"
            or node.test_only
            or (node.kind == "call" and node.name[:1].isalpha())
        ):
            return word_start(self.source, node.offset)
        return node.offset


_PLURALS = {
    "text": "texts",
    "number": "numbers",
    "bool": "values that are true or false",
    "list": "lists",
    "group": "groups",
}


def word_start(source: str, at: int) -> int:
    """Where the word begins that ends at *at* of *source*, or runs over it."""
    while at > 0 and (source[at - 1].isalnum() or source[at - 1] == "_"):
        at -= 1
    return at


def kind_of_field(field: Field | None) -> str:
    """The kind of what a field holds; `any` if that isn't known."""
    if field is None:
        return "any"
    schema = field.schema
    if "enum" in schema or "const" in schema:
        return "text"
    kind = schema.get("type")
    if kind == "string":
        return "date" if schema.get("x-type") == "date" else "text"
    return _SCHEMA_KINDS.get(str(kind), "any")


def depth(node: Expr) -> int:
    """How many operators and calls stand in each other; a chain of one operator counts once, fields don't."""
    if node.kind == "select" and node.parts:
        return depth(node.parts[0])
    inner = 0
    for part in node.parts:
        below = depth(part)
        if node.kind == "call" and part.kind == "call" and part.name == node.name and node.name != "!_":
            below -= 1
        inner = max(inner, below)
    return inner + (node.kind in ("call", "comprehension"))


_BRACKET = re.compile(r"""(["'])(?:\\[\s\S]|(?!\1)[\s\S])*(?:\1|\Z)|[()\[\]{}]""")


def brackets(source: str) -> tuple[int, int]:
    """(how many brackets of *source* stand in each other, where the deepest opens); texts in quotes don't count."""
    open_, deepest, place = 0, 0, 0
    for found in _BRACKET.finditer(source):
        open_ += (found[0] in "([{") - (found[0] in ")]}")
        if open_ > deepest:
            deepest, place = open_, found.start()
    return deepest, place


_CONSTANTS: dict[type, str] = {bool: "bool", str: "text", float: "decimal", int: "whole"}
_CLASSES = {"decimal": "number", "whole": "number", "date": "text", "any": ""}
"""Kind -> the class of what it can be compared with; of the others their own."""


def _class_of(kind: str) -> str:
    return _CLASSES.get(kind, kind)


def _differ(one: str, other: str) -> bool:
    """Whether values of the kinds *one* and *other* can never be compared."""
    return "" not in (_class_of(one), _class_of(other)) and _class_of(one) != _class_of(other)


def _of_kind(node: Expr, kind: str) -> str:
    shown = _shown(node)
    return f"{shown} ({WORDS[kind]})" if shown != "this" else WORDS[kind]


def _shown(node: Expr) -> str:
    """*node* as its writer would find it."""
    if node.kind == "const":
        return quoted(node.value) if isinstance(node.value, str) else json.dumps(node.value)
    path = path_of(node, {})
    if path is not None:
        return ".".join(path).replace(".*", "[…]")
    return f"{node.name}(…)" if node.kind == "call" and node.name[:1].isalpha() else "this"


def _mapped(node: Expr) -> Expr:
    """What `.map()` walks, which is empty when its result is; else *node*."""
    while node.kind == "comprehension" and node.parts[1].kind == "list" and node.parts[3].name == "_+_":
        node = node.parts[0]
    return node


def _idle(node: Expr) -> str:
    """What is true of every size, if *node* compares one with a number that none is below; else nothing."""
    sign = ORDER.get(node.name) or _EQUAL[node.name]
    one, other = node.parts
    if _is_size(other):
        one, other = other, one
        sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
    limit = other.value
    if not _is_size(one) or other.kind != "const" or isinstance(limit, bool):
        return ""
    if not isinstance(limit, (int, float)) or limit > 0 or limit == 0 and sign not in (">=", "<"):
        return ""
    return f"{'never' if sign in ('<', '<=', '==') else 'always'} {sign} {limit:g}"


def _is_size(node: Expr) -> bool:
    if node.kind != "call":
        return False
    return node.name == "size" or node.name in ("double", "int") and _is_size(node.parts[0])


def _bare(node: Expr) -> Expr:
    """*node* without its places: equal to what says the same."""
    return node._replace(offset=0, parts=tuple(_bare(part) for part in node.parts))
