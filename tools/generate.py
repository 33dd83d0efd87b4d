"""Write what is generated: the JSON Schemas under `aiact_gate/schemas/` and the pages under `docs/requirements/`.

python tools/generate.py            write them
python tools/generate.py --check    exit 1 if a written one isn't current
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RECORDS = {
    "classification": "Classification",
    "system_description": "SystemDescription",
    "risk_management": "RiskManagement",
    "data_governance": "DataGovernance",
    "testing": "Testing",
    "logging": "Logging",
    "human_oversight": "HumanOversight",
    "monitoring": "Monitoring",
    "technical_documentation": "TechnicalDocumentation",
    "instructions_for_use": "InstructionsForUse",
    "model_card": "ModelCard",
}


def generated() -> dict[str, str]:
    """File name -> text of every generated schema."""
    files = {}
    for kind, name in RECORDS.items():
        module = importlib.import_module(f"aiact_gate.model.records.{kind}")
        files[f"{kind}.json"] = _schema(getattr(module, name), kind)
    manifest = importlib.import_module("aiact_gate.model.manifest_model")
    files["manifest.json"] = _schema(manifest.Manifest, "manifest")
    files["waivers.json"] = _schema(manifest.Waivers, "waivers")
    files["promotions.json"] = _schema(manifest.Promotions, "promotions")
    files["baseline.json"] = _schema(manifest.Baseline, "baseline")
    report = importlib.import_module("aiact_gate.model.report_model")
    files["report.json"] = _schema(report.Output, "report", nullable=True)
    policy = importlib.import_module("aiact_gate.model.policy_model")
    files["policy.json"] = _schema(policy.PolicyModel, "policy")
    files["pack.json"] = _schema(policy.PackModel, "pack")
    files["overlay.json"] = _schema(policy.OverlayModel, "overlay")
    files["rollout.json"] = _schema(policy.RolloutModel, "rollout")
    facts = importlib.import_module("aiact_gate.model.facts")
    files["facts.json"] = _schema(facts.Facts, "facts")
    return files


def _schema(model: Any, kind: str, nullable: bool = False) -> str:
    schema = _described(model.model_json_schema(by_alias=True))
    schema = schema if nullable else _tidy(schema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:aiact-gate:{kind}:v1"}
    return json.dumps({**head, **schema}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _described(node: Any) -> Any:
    """With each docstring on one line; what follows `Example: ` at its end becomes the field's example, read as YAML."""
    if isinstance(node, list):
        return [_described(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _described(value) for key, value in node.items()}
    text = found.get("description")
    if isinstance(text, str):
        described, *examples = text.split("\nExample: ")
        found["description"] = " ".join(described.split())
        if examples:
            found["examples"] = [_plain(example) for example in examples]
    return found


def _plain(example: str) -> Any:
    from aiact_gate.documents.node import plain_data
    from aiact_gate.documents.yaml import parse_yaml

    return plain_data(parse_yaml(example.encode(), "the example").root)


def _tidy(node: Any) -> Any:
    """Without pydantic's titles, and without null beside a type: an optional field is absent, not null."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidy = {
        key: {name: _tidy(field) for name, field in value.items()}
        if key in ("properties", "$defs")
        else _tidy(value)
        for key, value in node.items()
        if key != "title" or isinstance(value, dict)
    }
    options = tidy.get("anyOf")
    if isinstance(options, list):
        kept = [option for option in options if option != {"type": "null"}]
        if len(kept) == 1:
            tidy.pop("anyOf")
            tidy = {**kept[0], **tidy}
        else:
            tidy["anyOf"] = kept
    if tidy.get("default", ...) is None:
        tidy.pop("default")
    elif isinstance(tidy.get("default"), dict):
        tidy["default"] = {key: value for key, value in tidy["default"].items() if value is not None}
    return tidy


def everything() -> dict[str, str]:
    """Path -> text of every generated file."""
    from requirement_pages import pages

    schemas = {f"aiact_gate/schemas/{name}": text for name, text in generated().items()}
    return schemas | pages(ROOT)


def main() -> int:
    wanted = everything()
    stale = [path for path, text in wanted.items() if _written(path) != text]
    # A page whose requirement is gone tells of what nobody judges any more.
    surplus = sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs" / "requirements").glob("*.md")
        if path.relative_to(ROOT).as_posix() not in wanted
    )
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path} isn't current; run: python tools/generate.py")
        for path in surplus:
            print(f"{path} is of no requirement; run: python tools/generate.py")
        return 1 if stale or surplus else 0
    for path, text in wanted.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, "utf-8")
    for path in surplus:
        (ROOT / path).unlink()
    print(f"{len(wanted)} files, {len(stale)} changed, {len(surplus)} taken out")
    return 0


def _written(path: str) -> str | None:
    file = ROOT / path
    return file.read_text("utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
