"""Where a finding's point is described: a link only where one can be followed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from repos import DAY, ROOT, call, high

from aiact_gate.formats import links
from aiact_gate.formats.json import as_data
from aiact_gate.formats.markdown import render
from aiact_gate.model.report import Report
from aiact_gate.run.manifests import checked
from aiact_gate.run.options import Options


@pytest.fixture
def with_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(links, "PROJECT", "https://example.org/aiact-gate")
    yield


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    repository = high(tmp_path_factory.mktemp("links"))
    return checked(str(repository.folder), Options(as_of=DAY))[0]


def test_each_row_of_the_json_report_names_a_page_that_is_there() -> None:
    ran = call("check", str(ROOT / "examples" / "credit-scoring"), "--as-of", DAY, "--format", "json")
    rows = json.loads(ran.out)["systems"][0]["requirements"]

    assert 130 < len(rows)
    for row in rows:
        assert f"docs/requirements/{row['id']}.md" == row["documentation"]
        assert (ROOT / row["documentation"]).is_file()


def test_without_an_address_nothing_is_a_link(report: Report) -> None:
    assert "" == links.PROJECT and "](" not in render(report)


@pytest.mark.usefixtures("with_address")
def test_with_an_address_articles_link_to_their_page(report: Report) -> None:
    text = render(report)
    row = next(row for row in as_data(report)["systems"][0]["requirements"] if row["id"] == "art15.1.level")

    assert row["documentation"].startswith("https://example.org/aiact-gate/blob/v")
    assert f"| [15(1)]({row['documentation']}) |" in text


def test_a_requirement_of_another_pack_has_no_page() -> None:
    assert "" == links.documentation("house.plan", "rules/plan.yaml", "1.0")
