"""action.yml and the workflow of the documentation before other people's verifiers; each verifier is seen to fail, too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from repositories import PROJECT

BIN = Path(sys.executable).parent
ACTION = (PROJECT / "action.yml").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8"), re.DOTALL)
SHA = re.compile(r"@[0-9a-f]{40} # \S+")


def documented(key: str) -> str:
    """The documentation's one YAML block that has *key* at its top."""
    [block] = [block for block in BLOCKS if key in yaml.safe_load(block)]
    return str(block)


def workflow() -> str:
    return documented("jobs")


def checked(schema: str, file: Path, *options: str) -> int:
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, *options, str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def audited(folder: Path, action: str, flow: str) -> subprocess.CompletedProcess[str]:
    """zizmor on a repository with *action* and the workflow *flow*, with everything that it knows offline."""
    (folder / "action.yml").write_text(action, encoding="utf-8")
    (folder / ".github" / "workflows").mkdir(parents=True)
    (folder / ".github" / "workflows" / "aiact.yml").write_text(flow, encoding="utf-8")
    command = [str(BIN / "zizmor"), "--offline", "--no-progress", "--no-config", "--strict-collection"]
    return subprocess.run(
        [*command, "--persona=auditor", "--color=never", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


# ---------------------------------------------------------------- form


def test_the_action_has_the_form_of_an_action(tmp_path: Path) -> None:
    assert 0 == checked("vendor.github-actions", PROJECT / "action.yml")


@pytest.mark.parametrize(
    "text", [ACTION.replace("      shell: bash\n", ""), ACTION.replace("composite", "composit")]
)
def test_an_action_of_another_form_is_seen(tmp_path: Path, text: str) -> None:
    (tmp_path / "action.yml").write_text(text)

    assert 1 == checked("vendor.github-actions", tmp_path / "action.yml")


def test_the_workflow_of_the_documentation_has_the_form_of_a_workflow(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(workflow())
    (tmp_path / "bad.yml").write_text(workflow().replace("runs-on:", "run-on:"))

    assert 0 == checked("vendor.github-workflows", tmp_path / "good.yml")
    assert 1 == checked("vendor.github-workflows", tmp_path / "bad.yml")


def test_the_gitlab_job_of_the_documentation_has_the_form_of_one(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(documented("aiact-gate"))
    (tmp_path / "bad.yml").write_text(documented("aiact-gate").replace("  script:", "  scripts:"))

    assert 0 == checked("vendor.gitlab-ci", tmp_path / "good.yml", "--data-transform", "gitlab-ci")
    assert 1 == checked("vendor.gitlab-ci", tmp_path / "bad.yml", "--data-transform", "gitlab-ci")


# ---------------------------------------------------------------- security


def test_zizmor_finds_nothing_in_action_and_workflow(tmp_path: Path) -> None:
    done = audited(tmp_path, ACTION, workflow())

    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize(
    ("action", "flow", "audit"),
    [
        (
            ACTION.replace("run: exec", 'run: echo "${{ inputs.path }}" && exec'),
            "",
            "template-injection",
        ),
        ("", re.sub(r"@[0-9a-f]{40} # v[0-9.]+[^\n]*", "@v0", workflow()), "unpinned-uses"),
        ("", workflow().replace("          persist-credentials: false\n", ""), "artipacked"),
        ("", workflow().replace("permissions: {}\n", "permissions: write-all\n"), "excessive-permissions"),
        ("", workflow().replace("  pull_request:\n", "  pull_request_target:\n"), "dangerous-triggers"),
    ],
)
def test_zizmor_sees_what_is_bad(tmp_path: Path, action: str, flow: str, audit: str) -> None:
    assert (action or ACTION, flow or workflow()) != (ACTION, workflow())
    done = audited(tmp_path, action or ACTION, flow or workflow())

    assert 0 != done.returncode
    assert f"[{audit}]" in done.stdout


def test_zizmor_refuses_an_action_that_doesnt_parse(tmp_path: Path) -> None:
    # Without --strict-collection it would be skipped with a warning, and the run would end with 0.
    assert audited(tmp_path, "name: [x\n", workflow()).returncode not in (0, 14)


# ---------------------------------------------------------------- ours


def test_every_action_of_the_documentation_is_pinned_and_reads_only() -> None:
    flow = yaml.safe_load(workflow())

    assert {} == flow["permissions"]
    for job in flow["jobs"].values():
        assert {"contents": "read"} == job["permissions"]
    for line in workflow().split("\n"):
        assert "uses:" not in line or SHA.search(line), line
    assert "secrets." not in workflow() and "pull_request_target" not in workflow()


def test_the_action_uses_no_other_action_and_runs_python_isolated() -> None:
    steps = yaml.safe_load(ACTION)["runs"]["steps"]

    for step in steps:
        assert "uses" not in step
        assert "${{" not in step["run"]
        for line in step["run"].split("\n"):
            if (
                "python3 " in line
                or '"$python"' in line
                or "/bin/python" in line
                and not line.startswith("python=")
            ):
                assert " -I " in line or "needs Python" in line, line


def test_the_workflow_reads_outputs_that_the_action_has() -> None:
    outputs = yaml.safe_load(ACTION)["outputs"]
    used = set(re.findall(r"steps\.aiact\.outputs\.([\w-]+)", workflow()))

    assert used
    assert used <= set(outputs)
