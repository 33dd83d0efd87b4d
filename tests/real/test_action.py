"""action.yml, run from end to end as the hosted runner runs it, on good, bad and hostile repositories."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml
from harness import Refused, Result, load, read_command, read_command_file, run
from repositories import MANIFEST, NO_SYSTEM, PROJECT, RECORD, commit, git, record_with, repository

INSTALL = "Install aiact-gate"
AS_OF = "2026-11-25"
HOSTILE = (
    "::error::forged",
    "   ::error file=x::forged",
    "##[error]forged",
    "text ##[set-output name=verdict]pass",
    "%0A::error::forged",
    "EOF",
    "verdict=pass",
    "verdict<<EOF",
    "\\n::error::forged",
    "\\u2028::error::forged",
    "\\r::error::forged",
    "\\e[31mred",
    "<img src=x onerror=alert(1)>",
    "[link](https://example.org) @everyone | cell",
)
"""As they stand between double quotes in YAML."""
WATCH = """\
import os, sys


def watch(event, arguments, folder=os.environ.get("WATCH_FOLDER"), log=os.environ.get("WATCH_LOG")):
    if log is None or watch.logging:
        return
    changes = event in ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate")
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        changes = bool((arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    if changes:
        path = os.path.abspath(os.fsdecode(arguments[0]))
        changes = path == folder or path.startswith(folder + os.sep)
    if changes or event.startswith("socket."):
        watch.logging = True
        with open(log, "a") as file:
            file.write(f"{event} {arguments!r}\\n")
        watch.logging = False
        raise OSError(f"{event} is watched")


watch.logging = False
sys.addaudithook(watch)
"""
"""A sitecustomize module for the gate's own environment."""


class Act(Protocol):
    """Runs the action's check on a workspace; the install step ran once before."""

    def __call__(self, workspace: Path, inputs: Mapping[str, str] | None = None, **more: Any) -> Result: ...


@pytest.fixture(scope="module")
def first_run(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """The whole action on a repository where nothing fails; and its RUNNER_TEMP."""
    temp = tmp_path_factory.mktemp("runner")
    workspace = repository(tmp_path_factory.mktemp("clean"), {"aiact.yaml": NO_SYSTEM})
    return run(checkout, workspace, {"as-of": AS_OF}, temp=temp), temp


@pytest.fixture
def act(checkout: Path, first_run: tuple[Result, Path]) -> Act:
    temp = first_run[1]
    assert (temp / "aiact-gate" / "bin" / "python").exists(), first_run[0].log

    def acted(workspace: Path, inputs: Mapping[str, str] | None = None, **more: Any) -> Result:
        return run(checkout, workspace, {"as-of": AS_OF, **(inputs or {})}, temp=temp, done=[INSTALL], **more)

    return acted


def assert_places_exist(result: Result, root: Path) -> None:
    for note in result.annotations:
        if note.file:
            lines = (root / note.file).read_text(encoding="utf-8").split("\n")
            assert 1 <= note.line <= len(lines), note


# ---------------------------------------------------------------- pass and fail


def test_a_repository_where_nothing_fails_succeeds(first_run: tuple[Result, Path]) -> None:
    result, _ = first_run

    assert ("success", [0, 0]) == (result.outcome, result.codes), result.log
    assert [] == result.of("error") + result.of("warning") + result.dropped + result.unknown_inputs
    assert {
        "verdict": "pass",
        "exit-code": "0",
        "findings": "0",
        "failed-points": "",
    }.items() <= result.outputs.items()
    assert "it-lead&#64;example.org" in result.summary
    assert {} == result.environment


def test_a_failing_repository_fails_the_step_with_file_line_and_columns(act: Act, tmp_path: Path) -> None:
    files = {"aiact.yaml": MANIFEST, "compliance/classification.yaml": record_with("decided_bye: nobody")}
    result = act(repository(tmp_path, files))

    assert ("failure", [1]) == (result.outcome, result.codes), result.log
    assert "fail" == result.outputs["verdict"]
    assert "integrity.form" in result.outputs["failed-points"].split("\n")
    [note] = [note for note in result.of("error") if "decided_bye" in note.message]
    line = RECORD.count("\n") + 1
    place = ("compliance/classification.yaml", line, line, 1, len("decided_bye") + 1)
    assert place == (note.file, note.line, note.end_line, note.column, note.end_column)
    assert note.message.endswith("Fix: Did you mean decided_by?\nintegrity.form/known-keys")
    assert_places_exist(result, tmp_path)
    assert f"`compliance/classification.yaml:{line}`" in result.summary


def test_outputs_stand_after_a_failure_so_that_always_can_read_them(act: Act, tmp_path: Path) -> None:
    result = act(repository(tmp_path, {"aiact.yaml": MANIFEST}))

    assert "1" == result.outputs["exit-code"]
    assert int(result.outputs["findings"]) >= 1
    assert "No point judged, 1 finding" == result.outputs["title"]


def test_thirty_findings_keep_within_what_the_runner_shows_and_say_how_many_more(
    act: Act, tmp_path: Path
) -> None:
    files = {
        "aiact.yaml": MANIFEST,
        "compliance/classification.yaml": record_with(*(f"key_{number}: x" for number in range(30))),
    }
    result = act(repository(tmp_path, files))

    assert [] == result.dropped
    assert 10 == len(result.of("error"))
    more = int(result.of("error")[-1].message.split()[1])
    assert f"and {more} more; the step summary has them all" == result.of("error")[-1].message
    assert int(result.outputs["findings"]) <= 9 + more
    assert all(f"key&#95;{number}'" in result.summary for number in range(30))


def test_no_manifest_is_not_a_pass(act: Act, tmp_path: Path) -> None:
    result = act(repository(tmp_path, {"README.md": "hello\n"}))

    assert ("nothing_evaluated", "4", [4]) == (
        result.outputs["verdict"],
        result.outputs["exit-code"],
        result.codes,
    )
    [note] = result.of("error")
    assert ("", 0) == (note.file, note.line)
    assert "aiact-gate init" in note.message


@pytest.mark.parametrize(
    "text", ["systems: [\n", "[]\n", "schema: aiact-gate/manifest/v1\nsystms: []\n", "\0"]
)
def test_a_manifest_that_cant_be_read_is_a_fault_at_its_line(act: Act, tmp_path: Path, text: str) -> None:
    result = act(repository(tmp_path, {"aiact.yaml": text}))

    assert ("fault", [3]) == (result.outputs["verdict"], result.codes), result.log
    assert all("aiact.yaml" == note.file for note in result.of("error"))
    assert_places_exist(result, tmp_path)


# ---------------------------------------------------------------- hostile repositories


def test_hostile_text_makes_no_annotation_no_output_and_no_markup(act: Act, tmp_path: Path) -> None:
    record = record_with(*(f'"{text} {number}": "{text}"' for number, text in enumerate(HOSTILE)))
    files = {
        "aiact.yaml": MANIFEST.replace("Mail sorter", '"::error::forged"'),
        "compliance/classification.yaml": record,
    }
    result = act(repository(tmp_path, files))

    assert "fail" == result.outputs["verdict"]
    assert set(load(PROJECT)["outputs"]) == set(result.outputs)
    assert {} == result.environment
    assert not [note for note in result.annotations if note.message.startswith("forged")]
    assert len(result.of("error")) <= 10
    assert not any("\x1b" in line for line in result.log)
    rest = result.summary.replace("<details>", "").replace("</details>", "")
    rest = rest.replace("<summary>", "").replace("</summary>", "")
    assert "<" not in rest and "\x1b" not in rest and "](" not in rest and "@everyone" not in rest
    assert_places_exist(result, tmp_path)


def test_the_table_of_hostile_findings_keeps_its_columns(act: Act, tmp_path: Path) -> None:
    from markdown_it import MarkdownIt

    record = record_with(*(f'"{text} {number}": x' for number, text in enumerate(HOSTILE)))
    result = act(repository(tmp_path, {"aiact.yaml": MANIFEST, "compliance/classification.yaml": record}))

    tokens = MarkdownIt("commonmark").enable("table").parse(result.summary)
    rows = columns = 0
    for token in tokens:
        rows += token.type == "tr_open"
        columns += token.type == "td_open"
        for child in token.children or []:
            assert child.type in (
                "text",
                "code_inline",
                "strong_open",
                "strong_close",
                "em_open",
                "em_close",
                "softbreak",
            )
    assert rows > len(HOSTILE)
    assert columns


def test_a_checked_repository_is_never_imported(act: Act, tmp_path: Path) -> None:
    planted = "import pathlib\npathlib.Path('IMPORTED').write_text(__name__)\n"
    names = (
        "aiact_gate/__init__.py",
        "aiact_gate/__main__.py",
        "yaml/__init__.py",
        "click.py",
        "json.py",
        "re.py",
    )
    files = dict.fromkeys(names, planted)
    workspace = repository(tmp_path, {"aiact.yaml": NO_SYSTEM, "sitecustomize.py": planted, **files})
    result = act(
        workspace, environment={"PYTHONPATH": str(workspace), "PYTHONSTARTUP": str(workspace / "re.py")}
    )

    assert "success" == result.outcome, result.log
    assert not (workspace / "IMPORTED").exists()


def test_the_install_step_imports_nothing_of_the_checked_repository(checkout: Path, tmp_path: Path) -> None:
    planted = "import pathlib\npathlib.Path('IMPORTED').write_text(__name__)\n"
    names = (
        "venv.py",
        "pip/__init__.py",
        "ensurepip.py",
        "hatchling/__init__.py",
        "logging.py",
        "sitecustomize.py",
    )
    files = dict.fromkeys(names, planted)
    workspace = repository(tmp_path / "workspace", {"aiact.yaml": NO_SYSTEM, **files})
    (tmp_path / "temp").mkdir()
    result = run(checkout, workspace, temp=tmp_path / "temp", environment={"PYTHONPATH": str(workspace)})

    assert ("success", [0, 0]) == (result.outcome, result.codes), result.log
    assert "" == git(workspace, "status", "--porcelain")


def test_a_manifest_that_is_a_link_out_of_the_repository_is_not_read(act: Act, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(NO_SYSTEM + "# the-secret\n")
    workspace = repository(tmp_path / "workspace", {"README.md": "hello\n"})
    (workspace / "aiact.yaml").symlink_to("../secret.yaml")
    commit(workspace, "a link")
    result = act(workspace)

    assert "failure" == result.outcome
    assert "the-secret" not in "\n".join(result.log) + result.summary


def test_a_folder_that_is_a_link_out_of_the_repository_is_not_followed(act: Act, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "aiact.yaml").write_text(NO_SYSTEM)
    workspace = repository(tmp_path / "workspace", {"README.md": "hello\n"})
    (workspace / "services").symlink_to("../outside")
    commit(workspace, "a link")
    result = act(workspace, {"path": "services"})

    assert "failure" == result.outcome, result.log
    assert "pass" != result.outputs["verdict"]


# ---------------------------------------------------------------- inputs


@pytest.mark.parametrize(
    "name", ["path", "requirement", "as-of", "enforce", "packs", "report", "annotations", "release"]
)
@pytest.mark.parametrize("text", ["$(touch X)", '"; touch X; "', "`touch X`", "'\ntouch X\n'", "--help", "-"])
def test_an_input_is_text_and_never_code_or_an_option(act: Act, tmp_path: Path, name: str, text: str) -> None:
    result = act(repository(tmp_path, {"aiact.yaml": NO_SYSTEM}), {name: text})

    assert not (tmp_path / "X").exists()
    assert not any("Usage:" in line for line in result.log)
    if name not in ("report", "requirement"):
        assert "failure" == result.outcome, result.log


@pytest.mark.parametrize(
    "folder", ["-v", "--help", "a b", "a,b", "a:b", "a%0Ab", "a::b", "100%", "ä", "a=b", "##[x]"]
)
def test_a_folder_with_an_odd_name_is_checked_and_annotated(act: Act, tmp_path: Path, folder: str) -> None:
    files = {
        f"{folder}/aiact.yaml": MANIFEST,
        f"{folder}/compliance/classification.yaml": record_with("odd: x"),
    }
    result = act(repository(tmp_path, files), {"path": folder})

    assert "fail" == result.outputs["verdict"], result.log
    assert f"{folder}/compliance/classification.yaml" in {note.file for note in result.of("error")}
    assert_places_exist(result, tmp_path)


def test_a_subfolder_of_a_folder_without_git_is_annotated_from_the_workspace(
    act: Act, tmp_path: Path
) -> None:
    folder = tmp_path / "services" / "a" / "compliance"
    folder.mkdir(parents=True)
    (folder.parent / "aiact.yaml").write_text(MANIFEST)
    (folder / "classification.yaml").write_text(record_with("odd: x"))
    result = act(tmp_path, {"path": "services/a"})

    assert "services/a/compliance/classification.yaml" in {note.file for note in result.of("error")}
    assert_places_exist(result, tmp_path)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"release": "yes"}, "the input release is 'yes'"),
        ({"annotations": "true"}, "the input annotations is 'true'"),
        ({"enforce": "never"}, "the input enforce is 'never'"),
        ({"as-of": "yesterday"}, "'yesterday' is no date"),
        ({"path": "nowhere"}, "there is no 'nowhere'"),
        ({"path": ".."}, "leads out of the workspace"),
        ({"requirement": "art99.9"}, "no pack has a requirement art99.9"),
        ({"packs": "no-such-pack"}, "no-such-pack"),
        ({"report": "no/such/folder/report.json"}, "can't be written"),
        ({"report": "../report.json"}, "outside the workspace"),
    ],
)
def test_an_unknown_value_is_refused_in_plain_words(
    act: Act, tmp_path: Path, inputs: dict[str, str], words: str
) -> None:
    result = act(repository(tmp_path / "workspace", {"aiact.yaml": NO_SYSTEM}), inputs)

    assert "failure" == result.outcome
    assert "fault" == result.outputs["verdict"]
    assert any(words in note.message for note in result.of("error")), result.log
    assert words in " ".join(result.log)
    assert not list(tmp_path.glob("*.json"))


def test_an_unknown_input_is_only_warned_of_by_the_runner(act: Act, tmp_path: Path) -> None:
    assert ["profile"] == act(
        repository(tmp_path, {"aiact.yaml": NO_SYSTEM}), {"profile": "start"}
    ).unknown_inputs


def test_the_report_is_written_where_asked_and_nothing_else_is(act: Act, tmp_path: Path) -> None:
    workspace = repository(tmp_path, {"aiact.yaml": MANIFEST, "compliance/classification.yaml": RECORD})
    result = act(workspace, {"report": "out.json"})

    report = json.loads((workspace / "out.json").read_text())
    assert ("aiact-gate/report/v1", result.outputs["verdict"]) == (report["schema"], report["verdict"])
    assert "?? out.json\n" == git(workspace, "status", "--porcelain")


def test_a_report_is_not_written_through_a_link_of_the_checked_repository(act: Act, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    workspace = repository(tmp_path / "workspace", {"aiact.yaml": NO_SYSTEM})
    (workspace / "out").symlink_to("../outside")
    (workspace / "out.json").symlink_to("../outside/file")
    commit(workspace, "links")

    assert "fault" == act(workspace, {"report": "out/report.json"}).outputs["verdict"]
    assert "fault" == act(workspace, {"report": "out.json"}).outputs["verdict"]
    assert [] == list((tmp_path / "outside").iterdir())


def test_annotations_can_be_switched_off(act: Act, tmp_path: Path) -> None:
    result = act(repository(tmp_path, {"aiact.yaml": MANIFEST}), {"annotations": "off"})

    assert ([], "fail") == (result.annotations, result.outputs["verdict"])


def test_a_pack_given_by_the_workflow_judges_too(act: Act, tmp_path: Path) -> None:
    files = {"aiact.yaml": NO_SYSTEM, "pack/pack.yaml": "no: pack\n"}
    result = act(repository(tmp_path, files), {"packs": "\n  pack\n"})

    assert "fault" == result.outputs["verdict"], result.log


# ---------------------------------------------------------------- surroundings


def test_without_a_runner_nothing_but_the_report_is_printed(
    first_run: tuple[Result, Path], tmp_path: Path
) -> None:
    workspace = repository(
        tmp_path, {"aiact.yaml": MANIFEST, "compliance/classification.yaml": record_with("odd: x")}
    )
    done = subprocess.run(
        [first_run[1] / "aiact-gate" / "bin" / "python", "-I", "-m", "aiact_gate", "ci", "github"],
        cwd=workspace,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (1, "") == (done.returncode, done.stderr)
    assert [] == [line for line in done.stdout.split("\n") if read_command(line)]
    assert "decided_by" in done.stdout


@pytest.fixture
def watched(first_run: tuple[Result, Path], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment in which the installed gate has no socket, writes no file of the workspace and logs each attempt.

    Needs no rights of the machine; where it grants them, the tests cut the whole process tree off as well.
    """
    [packages] = (first_run[1] / "aiact-gate" / "lib").glob("python*/site-packages")
    log = tmp_path / "attempts"
    log.touch()
    (packages / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    yield {"WATCH_LOG": str(log), "WATCH_FOLDER": str(tmp_path / "workspace")}
    (packages / "sitecustomize.py").unlink()


def attempts(watched: dict[str, str]) -> list[str]:
    return Path(watched["WATCH_LOG"]).read_text(encoding="utf-8").splitlines()


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and times of every file, git's own ones too."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("code", "tried"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "socket."),
        ("import socket; socket.getaddrinfo('example.org', 80)", "socket.getaddrinfo"),
        ("open('new', 'w')", "open "),
        ("import os; os.mkdir('new')", "os.mkdir "),
        ("import os; os.remove('aiact.yaml')", "os.remove "),
    ],
)
def test_the_watch_sees_and_stops_what_it_is_there_for(
    first_run: tuple[Result, Path], watched: dict[str, str], tmp_path: Path, code: str, tried: str
) -> None:
    workspace = repository(tmp_path / "workspace", {"aiact.yaml": NO_SYSTEM})
    before = content(workspace)
    python = first_run[1] / "aiact-gate" / "bin" / "python"
    done = subprocess.run(
        [python, "-I", "-c", code], cwd=workspace, env=watched, capture_output=True, check=False
    )

    assert 0 != done.returncode
    assert any(line.startswith(tried) for line in attempts(watched))
    assert before == content(workspace)


def test_a_workspace_that_cant_be_written_is_checked(
    act: Act, watched: dict[str, str], can_unshare: bool, tmp_path: Path
) -> None:
    workspace = repository(tmp_path / "workspace", {"aiact.yaml": NO_SYSTEM})
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'
    mounted = ["unshare", "-m", "sh", "-c", script, str(workspace)] if can_unshare else []
    before = content(workspace)
    for folder in (workspace, *(path for path in workspace.rglob("*") if path.is_dir())):
        folder.chmod(0o555)
    try:
        result = act(workspace, wrap=lambda step: mounted, environment=watched)
    finally:
        for folder in (workspace, *(path for path in workspace.rglob("*") if path.is_dir())):
            folder.chmod(0o755)

    assert "success" == result.outcome, result.log
    assert [] == attempts(watched)
    assert before == content(workspace)


def test_the_check_needs_no_network(
    act: Act, watched: dict[str, str], can_unshare: bool, tmp_path: Path
) -> None:
    workspace = repository(tmp_path / "workspace", {"aiact.yaml": MANIFEST})
    cut_off = ["unshare", "-n"] if can_unshare else []
    result = act(workspace, wrap=lambda step: cut_off, environment=watched)

    assert "fail" == result.outputs["verdict"], result.log
    assert [] == attempts(watched)


def test_a_shallow_clone_is_checked(act: Act, tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin", {"aiact.yaml": NO_SYSTEM})
    (origin / "more").write_text("x")
    commit(origin, "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{origin}", "clone")

    assert "pass" == act(tmp_path / "clone").outputs["verdict"]


# ---------------------------------------------------------------- action.yml itself


def test_every_input_and_output_is_used_and_documented() -> None:
    action = load(PROJECT)
    text = (PROJECT / "action.yml").read_text(encoding="utf-8")
    docs = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")

    for name, about in action["inputs"].items():
        assert f"${{{{ inputs.{name} }}}}" in text
        assert about["description"] and isinstance(about["default"], str)
    for name in (*action["inputs"], *action["outputs"]):
        assert f"`{name}`" in docs, name


def test_defaults_are_those_of_check() -> None:
    from aiact_gate.cli.check import command

    defaults = {name: about["default"] for name, about in load(PROJECT)["inputs"].items()}
    options = {option.name: option.default for option in command.params}
    assert (options["path"], options["enforce"]) == (defaults["path"], defaults["enforce"])
    assert ("false", False) == (defaults["release"], options["release"] is True)


def test_the_workflow_in_the_documentation_runs(act: Act, tmp_path: Path) -> None:
    docs = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(docs.split("```yaml\n", 1)[1].split("```", 1)[0])
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    [step] = [step for step in steps if "/aiact-gate@" in step.get("uses", "")]
    result = act(repository(tmp_path, {"aiact.yaml": NO_SYSTEM}), step.get("with"))

    assert ("success", []) == (result.outcome, result.unknown_inputs)


# ---------------------------------------------------------------- the harness is honest


def _action(folder: Path, steps: str) -> Path:
    text = f"name: x\ndescription: x\ninputs: {{a: {{default: b}}}}\nruns:\n  using: composite\n  steps:\n{steps}"
    (folder / "action.yml").write_text(text)
    return folder


@pytest.mark.parametrize(
    "steps",
    [
        '    - {shell: bash, run: "echo ${{ inputs.a }}"}\n',
        '    - {run: "echo x"}\n',
        "    - {uses: actions/checkout@v4}\n",
        '    - {shell: bash, run: "echo x", if: "inputs.a == 1"}\n',
        '    - {shell: bash, run: "echo x", env: {A: "${{ fromJSON(inputs.a) }}"}}\n',
        '    - {shell: bash, run: "echo ::set-output name=a::b"}\n',
    ],
)
def test_the_harness_refuses_a_bad_action(tmp_path: Path, steps: str) -> None:
    with pytest.raises(Refused):
        run(_action(tmp_path, steps), tmp_path, temp=tmp_path)


def test_the_harness_refuses_an_action_that_isnt_composite(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text("runs: {using: node20, main: x.js}\n")
    with pytest.raises(Refused):
        load(tmp_path)


def test_the_harness_hears_what_the_runner_hears(tmp_path: Path) -> None:
    lines = textwrap.dedent(r"""
      printf '  ::error file=a%%2Cb,line=3,col=2,endColumn=1::x%%0Ay\n'
      printf 'text ##[warning]old form\n'
      printf '::NOTICE line=2,endLine=4,col=1::z\n'
      printf '::nothing::at all\n'
      printf '::stop-commands::token\n::error::quiet\n::token::\n::error::loud\n'
      printf 'a=1\nb<<M\n2\n\n3\nM\n' >> "$GITHUB_OUTPUT"
    """)
    step = (
        "    - id: s\n      shell: bash\n      run: |\n"
        + textwrap.indent(lines.strip("\n"), "        ")
        + "\n"
    )
    folder = _action(tmp_path, step)
    with (folder / "action.yml").open("a") as file:
        file.write('outputs: {b: {value: "${{ steps.s.outputs.b }}"}}\n')
    result = run(folder, tmp_path, temp=tmp_path)

    first, second, third, last = result.annotations
    assert ("a,b", 3, 0, 0, "x\ny") == (first.file, first.line, first.column, first.end_column, first.message)
    assert ("warning", "old form") == (second.level, second.message)
    assert ("notice", 2, 4, 0) == (third.level, third.line, third.end_line, third.column)
    assert "loud" == last.message
    assert ["::nothing::at all", "::error::quiet"] == result.log
    assert "2\n\n3" == result.outputs["b"]


@pytest.mark.parametrize("text", ["echo 'a<<M' >>", "echo 'no sign' >>"])
def test_the_harness_fails_a_step_whose_outputs_cant_be_read(tmp_path: Path, text: str) -> None:
    step = f'    - shell: bash\n      run: {text} "$GITHUB_OUTPUT"\n'
    assert "failure" == run(_action(tmp_path, step), tmp_path, temp=tmp_path).outcome


def test_the_harness_drops_the_eleventh_annotation_and_a_summary_over_a_mebibyte(tmp_path: Path) -> None:
    step = (
        '    - shell: bash\n      run: |\n        for i in $(seq 12); do echo "::error::$i"; done\n'
        '        head -c 1048577 /dev/zero > "$GITHUB_STEP_SUMMARY"\n'
    )
    result = run(_action(tmp_path, step), tmp_path, temp=tmp_path)

    assert (10, 2, "") == (len(result.annotations), len(result.dropped), result.summary)


def test_command_files_read_back(tmp_path: Path) -> None:
    from aiact_gate.formats.action import render_outputs

    values = {"a": "x\nA<<B\nC=D\n", "b": "", "c": "mark\nmarkx", "d": "mark"}

    assert values == read_command_file(render_outputs(values, "mark"))
