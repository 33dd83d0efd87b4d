"""Every rule of `policy lint`, with what it finds; docs/policy-language.md prints this table.

Two kinds. What makes a judgement wrong (a field that isn't there, a condition that is true of nothing) is refused by
`check` too, with exit 3. What only reads badly, or says more than it shows, is advice: lint alone tells it, with exit 3 of its
own, and `check` doesn't pay for looking.
"""

from __future__ import annotations

from aiact_gate.lint.advisory import ADVICE

WRONG = {
    "unreadable": "the file is no YAML that is read here: broken, a key twice, a tag, too deep",
    "unknown_file": "a YAML file of the pack that is no policy",
    "unknown_key": "a key that the schema doesn't know",
    "wrong_type": "a list, group or text where something else belongs",
    "number": "no number where one belongs",
    "date": "no date where one belongs",
    "unknown_word": "a word that isn't one of a field's words, in a policy key or in a condition",
    "empty": "a key with nothing, a placeholder or fewer than three different words",
    "no_key": "a key that is needed and isn't there",
    "version": "a requirement's version that isn't three numbers (1.0.0), a pack's that isn't numbers with points",
    "duplicate_id": "an id that stands twice",
    "retired_id": "an id on the pack's list of retired ones",
    "unknown_timeline": "a `timeline` that is no row of timeline.yaml",
    "unknown_duty": "a `duty` that is no group of classification.yaml",
    "unknown_faults": "`faults` names a rule that no source has",
    "checks_or_reason": "both checks and `not_checked`, or neither",
    "parameter": "a default outside its bounds, or a fraction for a whole number",
    "tighten_direction": "a parameter whose `tighten` names the way in which its condition asks less",
    "no_condition": "a check with nothing that has to hold",
    "two_conditions": "both `that` and `faults`",
    "no_message": "a check with no message",
    "empty_is_fine": "`min_items: 0` without a reason",
    "each_list": "`each` over what is no list",
    "lookup": "`with` isn't written as a look-up",
    "path": "`at` or `each` isn't written as a path",
    "message_hole": "braces in a message that hold no path",
    "unknown_name": "a name that no record, fact or loop has",
    "unknown_field": "a field that its record or fact hasn't",
    "unknown_parameter": "a parameter that the requirement hasn't",
    "unknown_function": "a word that conditions don't know",
    "condition": "the engine can't read the condition",
    "too_deep": "more than 16 levels in each other",
    "non_boolean": "a condition, or a part of one, that isn't true or false",
    "unlike_kinds": "a comparison, sum, search or word with values of unlike kinds",
    "date_order": "dates compared with `<` or `>`",
    "no_date": "`in_future`, `in_past` or `sooner` of what is no date",
    "empty_text": 'a comparison with `""`, which an absent text passes',
    "map_literal": "a map written out in a condition: what it holds can't be followed",
    "bare_all": "`.all()` without a question whether the list has anything",
    "bare_has": "`has()` of what nothing else in the check reads: true of an empty value",
    "constant": "a part that no evidence changes: `|| true`, the same on both sides, `size(x) >= 0`",
    "no_evidence": "a clause of `that` that names nothing of the evidence",
    # overlay.yaml
    "unknown_pack": "`extends` names a pack of no earlier layer",
    "other_version": "`extends` names another version than the pack has",
    "other_digest": "`extends` names another digest than the pack has",
    "unknown_requirement": "an overlay names a requirement that no earlier layer has",
    "unknown_check": "an overlay or a recall names a check that isn't there",
    "same_layer": "an overlay names what a pack of its own layer brings",
    "loosens": "an overlay would loosen what an earlier layer asks",
    "out_of_bounds": "an overlay sets a parameter outside its min and max",
    "changes_nothing": "an overlay sets what stands there already",
    "no_clauses": "`require` of a check that has no clauses",
    "widen_reads": "`widen` reads more than `system` and `classification`",
    "type": "a value of another type than its parameter",
    # rollout.yaml, recalls and kinds
    "duplicate_ring": "two rings of one name",
    "empty_ring": "a ring that no repository can be in",
    "no_steps": "a ring without steps",
    "steps_order": "steps that aren't in the order of their days",
    "no_kinds": "a step that enforces no kind of finding",
    "idle_kinds": "`kinds` where nothing is enforced",
    "negative": "a number below one in the rules for waivers",
    "recall_incomplete": "a recall without one of its keys",
    "recall_check": "a recall of what is no check",
    "recall_article_5": "a recall of a check of Article 5",
    "recall_twice": "two recalls of one check",
    "recall_days": "a recall of more than 30 days, or that ends before it begins",
    "no_new_in": "`replaces` without `new_in`",
    "unknown_version": "`new_in` names a version that the pack doesn't have",
    "kind": "a record kind whose JSON Schema can't be used",
}
"""What makes a judgement wrong: `check` refuses it too."""


RULES = WRONG | ADVICE


def table() -> str:
    """The rules as the Markdown table of docs/policy-language.md."""
    lines = ["| rule | what it finds | `check` |", "|---|---|---|"]
    for name, meaning in sorted(RULES.items()):
        lines.append(f"| `{name}` | {meaning} | {'refuses it, exit 3' if name in WRONG else 'runs'} |")
    return "\n".join(lines) + "\n"
