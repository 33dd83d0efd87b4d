"""Wrong policies, each with the place and words in which lint tells it. One edit of a policy that lint finds nothing wrong with."""

from __future__ import annotations

from typing import NamedTuple

BASE = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.threshold
    version: 1.0.0
    citation: Model risk policy, section 4
    title: Every threshold has a reason
    binds: {role: provider, duty: requirements}
    timeline: undated
    profile: start
    calls_for: structural
    why: A threshold without a reason is a number that somebody liked.
    leaves_open: Is the reason a good one?
    fix: Write down which harm the threshold prevents.
    parameters: {least: {type: float, default: 0.5, min: 0.0, max: 1.0, tighten: higher}}
    checks:
      - id: reasoned
        severity: error
        each: testing.metrics
        that: [filled(it.because), it.threshold >= parameters.least]
        at: it.because
        message: "{it.id} has a threshold without a reason."
      - {id: high, each: testing.metrics, that: it.threshold >= parameters.least, message: "{it.id} is planned below {parameters.least}."}
"""
THAT = "that: [filled(it.because), it.threshold >= parameters.least]"


class Case(NamedTuple):
    """A policy made wrong, and what lint says: `LINE:COLUMN: message [rule]` of house/house.yaml."""

    name: str
    edits: dict[str, str]
    expected: list[str]

    @property
    def text(self) -> str:
        text = BASE
        for old, new in self.edits.items():
            assert old in text, (self.name, old)
            text = text.replace(old, new, 1)
        return text


def that(condition: str) -> dict[str, str]:
    """The edit that asks *condition* instead, as YAML."""
    return {THAT: f'that: {condition}\n        missing: "{{parameters.least}} is the least of {{it.id}}."'}


CASES = [
    Case(
        "unknown key",
        {"severity: error": "severty: error"},
        ["19:9: this place has no key 'severty' [unknown_key]"],
    ),
    Case(
        "unknown severity word",
        {"severity: error": "severity: eror"},
        ["19:19: 'eror' is none of the words for severity [unknown_word]"],
    ),
    Case(
        "key twice",
        {"severity: error": "id: twice"},
        ["19:9: the key 'id' stands twice here (first on line 18) [unreadable]"],
    ),
    Case(
        "broken yaml",
        {"severity: error": "severity: [error"},
        ["20:13: the YAML is broken: did not find expected ',' or ']' [unreadable]"],
    ),
    Case(
        "no fix",
        {"    fix: Write down which harm the threshold prevents.\n": ""},
        ["5:5: house.threshold has no fix [no_key]"],
    ),
    Case(
        "no id of a check",
        {"      - id: reasoned\n        severity: error": "      - severity: error"},
        ["18:9: this check has no id [no_key]"],
    ),
    Case(
        "placeholder",
        {"why: A threshold without a reason is a number that somebody liked.": "why: TBD"},
        ["13:10: 'why' says nothing [empty]"],
    ),
    Case(
        "two words",
        {"leaves_open: Is the reason a good one?": "leaves_open: good reason?"},
        ["14:18: 'leaves_open' says nothing [empty]"],
    ),
    Case(
        "no message",
        {'        message: "{it.id} has a threshold without a reason."\n': ""},
        ["18:13: the check has no message [no_message]"],
    ),
    Case(
        "no that",
        {
            "        that: [filled(it.because), it.threshold >= parameters.least]\n": "",
            "{it.id} has a": "{it.id} has a {parameters.least}",
        },
        ["18:13: the check has no `that` [no_condition]"],
    ),
    Case(
        "version",
        {"version: 1.0.0": "version: '1.0'"},
        ["6:14: the version of house.threshold is '1.0' [version]"],
    ),
    Case(
        "timeline",
        {"timeline: undated": "timeline: ch3_s22"},
        ["10:15: timeline.yaml has no row 'ch3_s22' [unknown_timeline]"],
    ),
    Case(
        "duty",
        {"duty: requirements": "duty: requirement"},
        ["9:35: classification.yaml has no duty 'requirement', so this binds nobody [unknown_duty]"],
    ),
    Case(
        "profile",
        {"profile: start": "profile: strat"},
        ["11:14: 'strat' is none of the words for profile [unknown_word]"],
    ),
    Case(
        "neither",
        {"    checks:\n": "    x: 1\n    checks:\n"},
        ["17:5: this place has no key 'x' [unknown_key]"],
    ),
    Case(
        "unknown field in an index with a field behind it",
        that("derived.plan.then[it.becuase].threshold == it.threshold"),
        ["21:36: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "misspelt field",
        that("filled(it.becuase)"),
        ["21:25: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "misspelt field, quoted",
        that("'filled(it.becuase)'"),
        ["21:26: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "misspelt field, double quoted escape",
        that('"it.direction == \\"higher\\" && filled(it.becuase)"'),
        ["21:56: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "doubled quotes",
        that("'it.direction == ''higher'' && filled(it.becuase)'"),
        ["21:56: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "misspelt field, folded",
        that(">-\n          filled(it.because) &&\n          filled(it.becuase)"),
        ["23:21: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "literal",
        that("|\n          filled(it.because) &&\n          filled(it.becuase)"),
        ["23:21: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "plain multi-line",
        that("filled(it.because)\n          && filled(it.becuase)"),
        ["22:24: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "list of one",
        that("[filled(it.becuase)]"),
        ["21:26: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "block list",
        that("\n          - filled(it.because)\n          - 'filled(it.becuase)'"),
        ["23:24: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "misspelt name",
        that("filled(tesing.metrics)"),
        ["21:22: there is nothing called tesing [unknown_name]"],
    ),
    Case(
        "misspelt word",
        that("filed(it.because)"),
        ["21:15: conditions know no word 'filed' [unknown_function]"],
    ),
    Case(
        "unknown method",
        that("testing.metrics.al(m, filled(m.id))"),
        ["21:31: conditions know no word 'al' [unknown_function]"],
    ),
    Case(
        "arguments",
        that("filled(it.because, it.id)"),
        ["21:15: filled takes 1 argument; another number stands there [condition]"],
    ),
    Case(
        "parameter",
        that("it.threshold >= parameters.leest"),
        ["21:42: the requirement has no parameter 'leest' [unknown_parameter]"],
    ),
    Case(
        "row in when",
        {
            THAT: "when: it.threshold > 0.0\n        that: [filled(it.because), it.threshold >= parameters.least]"
        },
        ["21:15: `when` sees no row, so there is nothing called it [unknown_name]"],
    ),
    Case(
        "syntax",
        that("filled(it.because) &&"),
        ["21:36: the condition ends before it is complete [condition]"],
    ),
    Case(
        "open quote",
        that('it.direction == "higher'),
        ["21:31: the engine can't read on from here [condition]"],
    ),
    Case(
        "text is no condition",
        that("it.because"),
        ["21:18: it.because is a text, not true or false [non_boolean]"],
    ),
    Case(
        "number is no condition",
        that("filled(it.id) && it.threshold"),
        ["21:35: it.threshold is a decimal number, not true or false [non_boolean]"],
    ),
    Case(
        "size is no condition",
        that("testing.metrics.size()"),
        ["21:15: the condition is a whole number, not true or false [non_boolean]"],
    ),
    Case(
        "ternary of texts",
        that("'filled(it.id) ? it.because : it.id'"),
        [
            "21:35: it.because is a text, not true or false [non_boolean]",
            "21:48: it.id is a text, not true or false [non_boolean]",
        ],
    ),
    Case(
        "list negated",
        that("'!testing.metrics'"),
        ["21:25: testing.metrics is a list, not true or false [non_boolean]"],
    ),
    Case(
        "predicate",
        that("testing.metrics.exists(m, m.id)"),
        ["21:43: m.id is a text, not true or false [non_boolean]"],
    ),
    Case(
        "text with number",
        that("it.because > 0.5"),
        ["21:26: it.because (a text) is compared with 0.5 (a decimal number) [unlike_kinds]"],
    ),
    Case(
        "number with text",
        that('it.threshold == "0.5"'),
        ["21:28: it.threshold (a decimal number) is compared with '0.5' (a text) [unlike_kinds]"],
    ),
    Case(
        "whole number with decimal",
        that("testing.metrics.size() > 0.0"),
        ["21:38: '>' doesn't take a whole number and a decimal number [unlike_kinds]"],
    ),
    Case(
        "whole times decimal",
        that("it.threshold * 2 > 1.0"),
        ["21:32: '>' doesn't take a whole number and a decimal number [unlike_kinds]"],
    ),
    Case(
        "list compared",
        that("testing.metrics > 1.0"),
        ["21:31: testing.metrics (a list) is compared with 1.0 (a decimal number) [unlike_kinds]"],
    ),
    Case(
        "in a text",
        that("'\"ab\" in it.because'"),
        ["21:21: 'in' looks into it.because, which is a text [unlike_kinds]"],
    ),
    Case(
        "number in texts",
        that('it.threshold in ["a", "b"]'),
        ["21:28: it.threshold (a decimal number) is looked for among texts [unlike_kinds]"],
    ),
    Case(
        "word of a field",
        that('it.direction == "hihger"'),
        ["21:31: 'hihger' is none of the words for it.direction [unknown_word]"],
    ),
    Case(
        "word of a field in a list",
        that('it.direction in ["higher", "lowwer"]'),
        ["21:42: 'lowwer' is none of the words for it.direction [unknown_word]"],
    ),
    Case(
        "date order",
        that("testing.attack_classes.exists(c, c.not_appropriate.expires > as_of)"),
        ["21:74: '>' compares dates as texts [date_order]"],
    ),
    Case(
        "no date",
        that("in_future(it.because)"),
        ["21:28: in_future asks about it.because, which is no date [no_date]"],
    ),
    Case(
        "words argument",
        that("quotes(it.because, it.threshold)"),
        ["21:37: quotes takes a text; it.threshold (a decimal number) stands there [unlike_kinds]"],
    ),
    Case(
        "size of number",
        that("it.threshold.size() > 0"),
        [
            "21:18: size takes a text, a list or a group of keys; it.threshold (a decimal number) stands there [unlike_kinds]"
        ],
    ),
    Case(
        "matches",
        that('it.threshold.matches("a")'),
        ["21:18: matches takes a text; it.threshold (a decimal number) stands there [unlike_kinds]"],
    ),
    Case(
        "empty text",
        that('it.because != ""'),
        ["21:26: '!= \"\"' says nothing of an absent it.because [empty_text]"],
    ),
    Case(
        "empty text equal",
        that("'!(it.because == \"\")'"),
        ["21:29: '== \"\"' says nothing of an absent it.because [empty_text]"],
    ),
    Case(
        "negated comparison",
        that("'!(it.threshold < 0.5)'"),
        ["21:16: the comparison '<' is negated, which also holds of what is no number [negated_comparison]"],
    ),
    Case(
        "bare all",
        {
            "each: testing.metrics": "kind: missing",
            THAT: "that: testing.metrics.all(m, m.threshold > parameters.least)",
            "at: it.because": "at: testing.metrics",
            "{it.id} has a threshold without a reason.": "A threshold has no reason.",
        },
        [
            "21:31: .all() is true of testing.metrics with nothing in it [bare_all]",
            "23:18: `message` only repeats the point's title [says_nothing]",
        ],
    ),
    Case(
        "bare has",
        that("has(it.because)"),
        ["21:15: has(it.because) is true of an empty value, and nothing else here reads it [bare_has]"],
    ),
    Case(
        "constant",
        that("filled(it.because) || true"),
        ["21:37: 'true' is a part of the condition that no evidence changes [constant]"],
    ),
    Case(
        "both sides",
        that("it.threshold == it.threshold"),
        ["21:28: both sides of '==' are it.threshold [constant]"],
    ),
    Case(
        "no evidence",
        that("[filled(it.because), parameters.least > 0.1]"),
        [
            "21:36: the clause names nothing of the evidence, so it says the same of every repository [no_evidence]"
        ],
    ),
    Case(
        "no evidence, true",
        that("'true'"),
        [
            "21:16: the clause names nothing of the evidence, so it says the same of every repository [no_evidence]"
        ],
    ),
    Case(
        "brackets",
        that("(((((((((((((((((filled(it.because))))))))))))))))))"),
        ["21:38: the condition has more than 16 levels in each other [too_deep]"],
    ),
    Case(
        "beyond the engine",
        that(
            "((((((((((((((((((((((((((((((((((((((((filled(it.because)))))))))))))))))))))))))))))))))))))))))"
        ),
        ["21:61: the condition has more than 16 levels in each other [too_deep]"],
    ),
    Case(
        "long chain",
        that(
            "1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 > it.threshold"
        ),
        ["21:15: the condition has more than 16 levels in each other [too_deep]"],
    ),
    Case(
        "each no list",
        {"each: testing.metrics": "each: testing.review"},
        ["20:15: testing.review is no list [each_list]"],
    ),
    Case(
        "each misspelt",
        {"each: testing.metrics": "each: testing.metrix"},
        ["20:23: testing has no field 'metrix' [unknown_field]"],
    ),
    Case(
        "named each misspelt",
        {"each: testing.metrics": "each: {it: testing.metrics, other: testing.metrix}"},
        ["20:52: testing has no field 'metrix' [unknown_field]"],
    ),
    Case(
        "lookup form",
        {"each: testing.metrics": "each: testing.metrics\n        with: {m: testing.metrics}"},
        ["21:19: 'testing.metrics' is no look-up [lookup]"],
    ),
    Case(
        "lookup field",
        {"each: testing.metrics": "each: testing.metrics\n        with: {m: 'testing.metrics[idd=it.id]'}"},
        ["21:36: testing.metrics has no field 'idd' [unknown_field]"],
    ),
    Case(
        "at misspelt",
        {"at: it.because": "at: it.becuase"},
        ["22:16: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case("at no path", {"at: it.because": "at: it because"}, ["22:13: 'it because' is no path [path]"]),
    Case(
        "at parameter",
        {"at: it.because": "at: parameters.least"},
        [
            "22:13: 'parameters' stands in the policy, so no line of the evidence can be pointed at [at_no_evidence]"
        ],
    ),
    Case(
        "hole misspelt",
        {"{it.id} has": "{it.id} has {it.metrik}"},
        ["23:35: testing.metrics has no field 'metrik' [unknown_field]"],
    ),
    Case(
        "hole no path",
        {"{it.id} has": "{it.id} has {it id}"},
        ["23:31: '{it id}' is no path, so it stands in the message as it is [message_hole]"],
    ),
    Case(
        "hole parameter",
        {"{it.id} has": "{it.id} has {parameters.leest}"},
        ["23:43: the requirement has no parameter 'leest' [unknown_parameter]"],
    ),
    Case(
        "min items",
        {"at: it.because": "at: it.because\n        min_items: 0"},
        ["23:20: min_items: 0 without a reason [empty_is_fine]"],
    ),
    Case(
        "unknown faults",
        {
            THAT: "faults: unredable",
            "        each: testing.metrics\n": "",
            "        at: it.because\n": "",
            "without a reason.": "without a reason {parameters.least}.",
        },
        [
            "20:17: no source finds faults of the rule 'unredable', so the check passes always [unknown_faults]",
            "21:20: there is nothing called it [unknown_name]",
        ],
    ),
    Case(
        "both that and faults",
        {THAT: "faults: unreadable\n        that: [filled(it.because), it.threshold >= parameters.least]"},
        ["21:17: the check has both `that` and `faults` [two_conditions]"],
    ),
    Case(
        "default outside",
        {"default: 0.5": "default: 1.5"},
        ["16:48: least is 1.5 unless set, which lies outside its max, 1 [parameter]"],
    ),
    Case(
        "default fraction",
        {"type: float": "type: int"},
        ["16:46: least counts whole numbers; its default is 0.5 [parameter]"],
    ),
    Case(
        "bounds",
        {"min: 0.0": "min: 2.0"},
        ["16:58: least has the lower bound 2 above its upper bound 1 [parameter]"],
    ),
    Case("no direction", {", tighten: higher": ""}, ["16:18: 'least' has no tighten [no_key]"]),
    Case("no default", {"default: 0.5, ": ""}, ["16:18: 'least' has no default [no_key]"]),
    Case(
        "unread",
        {"parameters: {": "parameters: {most: {type: int, default: 1, tighten: lower}, "},
        ["16:18: no condition reads the parameter most [unread_parameter]"],
    ),
    Case(
        "size of anything",
        that("testing.attacks.size() >= 0 && testing.attacks.all(m, filled(m.id))"),
        [
            "21:38: a size is always >= 0 [constant]",
            "21:62: .all() is true of testing.attacks with nothing in it [bare_all]",
        ],
    ),
    Case(
        "anything's size",
        that("0 <= size(testing.metrics) && filled(it.id)"),
        ["21:17: a size is always >= 0 [constant]"],
    ),
    Case(
        "size above -1",
        that('"double(size(it.id)) > -1.0"'),
        ["21:36: a size is always > -1 [constant]"],
    ),
    Case(
        "size below 0",
        that("size(it.id) < 0 || filled(it.id)"),
        ["21:27: a size is never < 0 [constant]"],
    ),
    Case(
        "a map written out",
        that('\'{"a": it.id}["a"] != it.metric\''),
        ["21:16: a map is written out here, and what it holds can't be followed [map_literal]"],
    ),
    Case(
        "optional field unequal to a text",
        that("it.group != 'under_25'"),
        ["21:18: it.group is optional; where it is absent, `!=` holds [unequal_to_nothing]"],
    ),
    Case(
        "optional field in where",
        {THAT: f"where: it.group.startsWith('a')\n        {THAT}"},
        ["21:19: it.group is optional; where it is absent, `where` is an error [unguarded]"],
    ),
    Case(
        "only messages read it",
        {
            "parameters: {": "parameters: {most: {type: int, default: 1, tighten: lower}, ",
            "without a reason": "and {parameters.most}",
        },
        ["16:18: no condition reads the parameter most [unread_parameter]"],
    ),
    Case(
        "direction",
        {"tighten: higher": "tighten: lower"},
        [
            "16:82: a lower least would loosen 'it.threshold >= parameters.least' [tighten_direction]",
        ],
    ),
    Case(
        "both directions",
        that("it.threshold < parameters.least"),
        ["16:82: a higher least would loosen 'it.threshold < parameters.least' [tighten_direction]"],
    ),
    Case(
        "article",
        {"citation: Model risk policy, section 4": "citation: Article 9(11)"},
        ["7:15: 'Article 9(11)' names no point of the law: Article 9 has 10 paragraphs [citation]"],
    ),
    Case(
        "article 114",
        {"citation: Model risk policy, section 4": "citation: Article 114"},
        ["7:15: 'Article 114' names no point of the law: the Act has no Article 114 [citation]"],
    ),
    Case(
        "point",
        {"citation: Model risk policy, section 4": "citation: Article 10(2)(i)"},
        [
            "7:15: 'Article 10(2)(i)' names no point of the law: the points of Article 10(2) are (a) to (h) [citation]"
        ],
    ),
    Case(
        "annex",
        {"citation: Model risk policy, section 4": "citation: Annex IV, point 10"},
        ["7:15: 'Annex IV, point 10' names no point of the law: Annex IV has 9 points [citation]"],
    ),
    Case(
        "annex xiv",
        {"citation: Model risk policy, section 4": "citation: Annex XIV"},
        ["7:15: 'Annex XIV' names no point of the law: the Act has no Annex XIV [citation]"],
    ),
    Case(
        "fix repeats",
        {"fix: Write down which harm the threshold prevents.": "fix: Every threshold has a reason."},
        ["15:10: `fix` only repeats the title [says_nothing]"],
    ),
    Case(
        "must", {"fix: Write down": "fix: You must write down"}, ["15:14: `fix` says 'must' [verdict_word]"]
    ),
    Case(
        "violates",
        {"{it.id} has a threshold without": "{it.id} violates the policy without"},
        ["23:27: `message` says 'violates' [verdict_word]"],
    ),
    Case(
        "short message",
        {"{it.id} has a threshold without a reason.": "Bad threshold."},
        ["23:18: `message` has fewer than three different words [says_nothing]"],
    ),
    Case(
        "warning asks nothing",
        {"severity: error": "severity: warning"},
        ["23:18: the message of a warning asks nothing [no_question]"],
    ),
    Case(
        "leaves_open asks nothing",
        {"Is the reason a good one?": "The reason may be a bad one."},
        ["14:18: `leaves_open` asks nothing [no_question]"],
    ),
    Case(
        "calls_for",
        {
            "calls_for: structural": "calls_for: provenance",
            THAT: "that: filled(it.because)",
            "{it.id} has": "{it.id} has {parameters.least}",
        },
        [
            "12:16: house.threshold calls for provenance; the strongest fact that its checks read is structural (read) [calls_for]"
        ],
    ),
    Case(
        "builtin id",
        {"id: house.threshold": "id: art9.5"},
        ["5:9: art9.5 is a requirement of eu-ai-act already [builtin_id]"],
    ),
    Case(
        "check twice",
        {
            "      - id: reasoned\n": "      - {id: reasoned, that: filled(testing.metrics), message: There are no metrics.}\n      - id: reasoned\n"
        },
        ["19:13: two checks of house.threshold are called reasoned [duplicate_id]"],
    ),
    Case(
        "retired id",
        {"id: house.threshold": "id: house.old"},
        ["5:9: the id house.old was retired in pack.yaml [retired_id]"],
    ),
    Case(
        "retired check",
        {"id: reasoned": "id: old"},
        ["18:13: the id house.threshold/old was retired in pack.yaml [retired_id]"],
    ),
    Case(
        "requirement twice",
        {
            "    checks:\n      - id: reasoned": "    checks:\n      - {id: other, each: testing.metrics, that: it.threshold > parameters.least, message: 'No metric has {parameters.least}.'}\n  - id: house.threshold\n    version: 1.0.0\n    citation: House\n    title: Something else entirely\n    binds: {role: provider, duty: requirements}\n    timeline: undated\n    profile: start\n    calls_for: structural\n    why: A reason that is a good one.\n    leaves_open: Is it really so?\n    fix: Do something about all of that.\n    parameters: {least: {type: float, default: 0.5, min: 0.0, max: 1.0, tighten: higher}}\n    checks:\n      - id: reasoned"
        },
        ["19:9: the id house.threshold stands twice (first in house/house.yaml:5:9) [duplicate_id]"],
    ),
    Case(
        "neither checks nor reason",
        {BASE[BASE.index("    parameters:") :]: ""},
        ["5:9: house.threshold has neither checks nor a not_checked reason [checks_or_reason]"],
    ),
    Case(
        "both",
        {"    checks:\n": "    not_checked: nothing reads it yet\n    checks:\n"},
        ["5:9: house.threshold has both checks and a not_checked reason [checks_or_reason]"],
    ),
    Case(
        "a list where a text belongs",
        {"title: Every threshold has a reason": "title: [Every, threshold]"},
        ["8:12: a list stands at 'title', where a text belongs [wrong_type]"],
    ),
    Case(
        "a text where a number belongs",
        {"at: it.because": "at: it.because\n        min_items: many"},
        ["23:20: 'many' stands where a whole number belongs [number]"],
    ),
    Case(
        "two documents",
        {"    checks:\n": "---\n    checks:\n"},
        ["17:1: a second YAML document begins here [unreadable]"],
    ),
    Case(
        "tab",
        {"    checks:\n": "\tchecks:\n"},
        ["17:1: a tab stands in the indentation; YAML takes spaces only [unreadable]"],
    ),
    Case(
        "one-word title",
        {"title: Every threshold has a reason": "title: Thresholds"},
        ["8:12: `title` is one word [says_nothing]"],
    ),
    Case(
        "no title",
        {"    title: Every threshold has a reason\n": ""},
        ["5:5: house.threshold has no title [no_key]"],
    ),
    Case(
        "no citation",
        {"    citation: Model risk policy, section 4\n": ""},
        ["5:5: house.threshold has no citation [no_key]"],
    ),
    Case(
        "article 9(5)(d)",
        {"citation: Model risk policy, section 4": "citation: Article 12(3)(e), second sentence"},
        [
            "7:15: 'Article 12(3)(e), second sentence' names no point of the law: the points of Article 12(3) are (a) to (d) [citation]"
        ],
    ),
    Case(
        "no form",
        {"citation: Model risk policy, section 4": "citation: Article nine"},
        ["7:15: 'Article nine' names no point of the law: it has the form of no point [citation]"],
    ),
    Case(
        "paragraph letter",
        {"citation: Model risk policy, section 4": "citation: Article 9(a)"},
        [
            "7:15: 'Article 9(a)' names no point of the law: a paragraph of Article 9 is a number, not (a) [citation]"
        ],
    ),
    Case(
        "lookup key",
        {
            "each: testing.metrics": "each: testing.metrics\n        with: {m: 'testing.metrics[id=it.metrik]'}"
        },
        ["21:39: testing.metrics has no field 'metrik' [unknown_field]"],
    ),
    Case(
        "all of an inner list",
        that("testing.attack_classes.exists(c, c.measures.all(m, filled(m.verb)))"),
        ["21:59: .all() is true of c.measures with nothing in it [bare_all]"],
    ),
    Case(
        "all of a filtered list",
        that("testing.attacks.filter(a, filled(a.id)).all(a, a.limit > 0.5)"),
        ["21:55: .all() is true of a list with nothing in it [bare_all]"],
    ),
    Case(
        "map walked by key",
        that("mlflow.run.metrics.exists(key, key > 0.5)"),
        ["21:50: key (a text) is compared with 0.5 (a decimal number) [unlike_kinds]"],
    ),
    Case(
        "sum of text and number",
        that("it.because + 1.0 == it.id"),
        ["21:26: '+' joins it.because (a text) with 1.0 (a decimal number) [unlike_kinds]"],
    ),
    Case(
        "emoji before the fault",
        that("'it.id == \"äö😀\" || filled(it.becuase)'"),
        ["21:44: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "folded and quoted",
        that("'filled(it.because) &&\n          it.direction == ''higher'' && filled(it.becuase)'"),
        ["22:51: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "anchor",
        that("&a 'filled(it.becuase)'"),
        ["21:29: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "unicode escape",
        that('"it.id == \\"\\u00e4\\" || filled(it.becuase)"'),
        ["21:49: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "line that goes on",
        that('"filled(it.because) && \\\n          filled(it.becuase)"'),
        ["22:21: testing.metrics has no field 'becuase' [unknown_field]"],
    ),
    Case(
        "misspelt word in a row",
        that("testing.metrics.exists(m, filed(m.id))"),
        ["21:41: conditions know no word 'filed' [unknown_function]"],
    ),
    Case(
        "time as a date", that("in_past(5)"), ["21:15: 'in_past' doesn't take a whole number [unlike_kinds]"]
    ),
    Case(
        "at of a word",
        {
            "each: testing.metrics": "each: {it: testing.metrics, side: [low, high]}",
            "at: it.because": "at: side",
        },
        ["22:13: 'side' stands in the policy, so no line of the evidence can be pointed at [at_no_evidence]"],
    ),
    Case(
        "unknown name in a message",
        {"{it.id} has": "{thing.id} has"},
        ["23:20: there is nothing called thing [unknown_name]"],
    ),
    Case(
        "unclosed hole",
        {"{it.id} has": "{it.id has"},
        [
            "23:19: '{it.id has a threshold without a reason.' is no path, so it stands in the message as it is [message_hole]"
        ],
    ),
]
