"""The pages under `docs/requirements/`: one for each requirement of the built-in packs, from the policy files alone.

Called by `tools/generate.py`, which writes them and proves them current.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.formats.links import PAGES, page_of
from aiact_gate.formats.style import count, day
from aiact_gate.model.outcome import METHOD_WORDS
from aiact_gate.sources.builtin import BUILTIN

METHODS = {
    "measured": "the gate computes it from bound bytes",
    "provenance": "git, the registry or the bound run's log shows it",
    "structural": "the fields are there, filled and consistent",
    "attested": "a person says so, until a date",
}
PROFILES = {
    "start": "start (and core, full)",
    "core": "core (and full)",
    "full": "full",
    "always": "always; no point of the checklist, not counted",
}
FRAMEWORKS = {"iso_42001": "ISO/IEC 42001", "nist_ai_rmf": "NIST AI RMF"}
MADE = "<!-- Made from the policy files by tools/generate.py; changes here are overwritten. -->\n"


def pages(root: Path) -> dict[str, str]:
    """Path below *root* -> text of every page, the list of them among these."""
    found: dict[str, str] = {}
    rows: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = []
    for name in BUILTIN:
        folder = root / "policies" / name
        timeline = _plain(folder / "timeline.yaml") if (folder / "timeline.yaml").is_file() else {}
        policies = []
        for file in sorted(folder.glob("*.yaml")):
            document = parse_yaml(file.read_bytes(), f"policies/{name}/{file.name}")
            data = plain_data(document.root)
            if isinstance(data, dict) and str(data.get("schema")).startswith("aiact-gate/policy/"):
                policies.append((document.path, data))
        for path, data in sorted(policies, key=lambda pair: _order(str(pair[1]["article"]))):
            rows.append((name, data, data["requirements"]))
            for requirement in data["requirements"]:
                page = f"{PAGES}/{page_of(requirement['id'])}"
                found[page] = _page(requirement, data, timeline, path)
    found[f"{PAGES}/README.md"] = _index(rows)
    return found


def _plain(file: Path) -> Any:
    return plain_data(parse_yaml(file.read_bytes(), file.name).root)


def _order(article: str) -> tuple[int, int, str]:
    digits = "".join(c for c in article if c.isdigit())
    group = 1 if article.startswith("annex") else 0 if article[:1].isdigit() else 2
    return group, int(digits or 0), article


# ---------------------------------------------------------------- one page


def _page(requirement: dict[str, Any], policy: dict[str, Any], timeline: dict[str, Any], file: str) -> str:
    binds = requirement["binds"]
    out = [
        f"# {text(requirement['citation'])}: {text(requirement['title'])}",
        "",
        MADE,
        f"`{requirement['id']}`, version {text(requirement['version'])}, of "
        f"[{text(policy['title'])}](../../{file}). In our own words; the Official Journal prevails.",
        "",
        text(requirement["why"]),
        "",
        "| | |",
        "|---|---|",
        f"| Binds | {cell(_whom(binds))} |",
        f"| From | {cell(_when(requirement, timeline))} |",
        f"| Profile | {cell(PROFILES[requirement['profile']])} |",
        f"| Called for | {cell(_calls_for(requirement['calls_for']))} |",
    ]
    for name, references in requirement.get("crosswalk", {}).items():
        out.append(f"| {cell(FRAMEWORKS.get(name, name))} | {cell(', '.join(map(str, references)))} |")
    out += ["", "## Left to you", "", text(requirement["leaves_open"])]
    out += ["", "## How to mend it", "", text(requirement["fix"])]
    if requirement.get("cheat"):
        out += ["", "## How it is faked, and what shows it", "", text(requirement["cheat"])]
    out += _parameters(requirement.get("parameters") or {})
    checks = requirement.get("checks") or []
    if checks:
        out += ["", "## Checks"]
        for check in checks:
            out += _check(requirement["id"], check)
        out += ["", "On your repository:", "", "```", f"aiact-gate explain {requirement['id']}", "```"]
    else:
        out += ["", "## Why this version doesn't judge it", "", sentence(text(requirement["not_checked"]))]
    return "\n".join(out) + "\n"


def _whom(binds: dict[str, Any]) -> str:
    if binds["duty"] == "all":
        return "every declared system"
    whom = "everybody" if binds["role"] == "any" else f"the {binds['role']}"
    return f"{whom}; duty `{binds['duty']}` of `classification.yaml`"


def _when(requirement: dict[str, Any], timeline: dict[str, Any]) -> str:
    row = next((row for row in timeline.get("application", []) if row["id"] == requirement["timeline"]), None)
    if row is None:
        return "no date of its own"
    parts = []
    for key, what in (("annex_iii", "Annex III"), ("annex_i", "Annex I"), ("general", "otherwise")):
        readings = {str(row[name]) for name in (key, f"effective_{key}") if row.get(name)}
        readings |= {str(reading[key]) for reading in row.get("readings", []) if reading.get(key)}
        if readings:
            parts.append(f"{what}: {' or '.join(day(date) for date in sorted(readings))}")
    dates = [part.split(": ")[1] for part in parts]
    told = dates[0] if len(set(dates)) == 1 else "; ".join(parts)
    return f"{told} (confidence {row['confidence']}, {count(len(row['source']), 'source')})"


def _calls_for(method: str) -> str:
    return f"{METHOD_WORDS[method]}: {METHODS[method]} (our choice, not the law's)"


def _parameters(parameters: dict[str, dict[str, Any]]) -> list[str]:
    if not parameters:
        return []
    out = [
        "",
        "## Parameters",
        "",
        "| Parameter | Default | Least | Most | A stricter one is |",
        "|---|--:|--:|--:|---|",
    ]
    for name, value in parameters.items():
        bounds = " | ".join(
            cell(str(value[key])) if key in value else "-" for key in ("default", "min", "max")
        )
        out.append(f"| {cell(f'`{name}`')} | {bounds} | {value['tighten']} |")
    return out


def _check(requirement: str, check: dict[str, Any]) -> list[str]:
    severity = (
        "it only asks, and never fails the point"
        if check.get("severity") == "warning"
        else "it fails the point"
    )
    out = ["", f"### {check['id']}", ""]
    if check.get("faults"):
        out.append(f"Reports every fault `{check['faults']}` that reading the evidence finds; {severity}.")
        return out
    about = f"A finding is *{check.get('kind', 'missing')}*; {severity}."
    if check.get("min_items", 1) != 1 and check.get("each") is not None and check["min_items"]:
        about += f" At least {check['min_items']} rows are asked for."
    out += [about, "", "```cel"]
    for name, source in _loops(check.get("each")):
        out.append(f"// for each {name} of {source}")
    out += [f"// {name}: {source}" for name, source in (check.get("with") or {}).items()]
    for key in ("when", "where"):
        if check.get(key):
            out += [f"// {key}", one_line(check[key])]
    that = check.get("that")
    clauses = that if isinstance(that, list) else [that]
    if any(check.get(key) for key in ("when", "where")) or check.get("each") is not None:
        out.append("// that")
    out += [one_line(str(clause)) for clause in clauses]
    out += ["```", "", f"> {text(str(check['message']))}"]
    if check.get("empty_is_fine"):
        out += ["", f"Nothing to judge is a pass: {text(str(check['empty_is_fine']))}"]
    return out


def _loops(each: Any) -> list[tuple[str, str]]:
    if each is None:
        return []
    named = each if isinstance(each, dict) else {"it": each}
    return [
        (str(name), ", ".join(map(str, source)) if isinstance(source, list) else str(source))
        for name, source in named.items()
    ]


# ---------------------------------------------------------------- the list


def _index(rows: list[tuple[str, dict[str, Any], list[dict[str, Any]]]]) -> str:
    everything = [requirement for _, _, requirements in rows for requirement in requirements]
    points = [one for one in everything if one["profile"] != "always"]
    judged = sum(bool(one.get("checks")) for one in points)
    out = [
        "# What each point asks",
        "",
        MADE,
        f"{len(points)} points of the law, {judged} of them judged in this version. The same on a terminal, with what your",
        "repository shows of it: `aiact-gate explain art9.5`.",
    ]
    for pack, policy, requirements in rows:
        first = policy["article"]
        title = f"{_article(str(first))}: {policy['title']}" if pack == "eu-ai-act" else str(policy["title"])
        out += [
            "",
            f"## {text(title)}",
            "",
            "| Point | What a pass means | Profile | Checks |",
            "|---|---|---|--:|",
        ]
        for one in requirements:
            checks = str(len(one["checks"])) if one.get("checks") else "not judged"
            link = f"[{cell(str(one['citation']))}]({page_of(one['id'])})"
            out.append(f"| {link} | {cell(str(one['title']))} | {one['profile']} | {checks} |")
    return "\n".join(out) + "\n"


def _article(article: str) -> str:
    if article.startswith("annex"):
        return {"annex4": "Annex IV"}.get(article.replace("-", "").replace(".", ""), article.capitalize())
    return f"Article {article}"


# ---------------------------------------------------------------- Markdown


def text(value: str) -> str:
    """*value* as Markdown text: code spans stay, everything else that Markdown would read is escaped."""
    parts = re.split(r"(`[^`]*`)", one_line(value))
    return "".join(part if part.startswith("`") else _escaped(part) for part in parts)


def _escaped(value: str) -> str:
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\*_\[\]|`#~$])", r"\\\1", value)


def cell(value: str) -> str:
    """*value* inside a table: the bars of a code span are escaped, too."""
    return re.sub(r"`[^`]*`", lambda span: span[0].replace("|", "\\|"), text(value))


def one_line(value: str) -> str:
    return " ".join(value.split())


def sentence(value: str) -> str:
    """*value* as a sentence of its own."""
    value = value[:1].upper() + value[1:]
    return value if value.endswith((".", "!", "?")) else value + "."
