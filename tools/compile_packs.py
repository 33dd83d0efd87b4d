"""Build hook: the built-in packs, compiled into the wheel as JSON, so that `check` reads no policy YAML.

Also a program: `python tools/compile_packs.py OUT` writes them to a folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hatchling.builders.hooks.plugin.interface import BuildHookInterface  # noqa: E402


def compile_packs(out: Path) -> list[Path]:
    """Write `<pack>.json` for each pack under policies/ to *out*; raises SystemExit if a policy is at fault."""
    from aiact_gate.policy.compile import compile_folder

    written = []
    for folder in sorted(path for path in (ROOT / "policies").iterdir() if (path / "pack.yaml").is_file()):
        compiled = compile_folder(folder)
        if compiled.faults:
            raise SystemExit(
                "\n".join(f"{fault.location}: {fault.message}" for fault in compiled.faults[:20])
            )
        target = out / f"{folder.name}.json"
        target.write_text(json.dumps(compiled.data, separators=(",", ":"), sort_keys=True))
        written.append(target)
    return written


class CustomBuildHook(BuildHookInterface[Any]):
    """Adds the compiled packs to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        import tempfile

        out = Path(tempfile.mkdtemp())
        for file in compile_packs(out):
            build_data["force_include"][str(file)] = f"aiact_gate/policies/{file.name}"


if __name__ == "__main__":
    for path in compile_packs(Path(sys.argv[1])):
        print(path.name)
