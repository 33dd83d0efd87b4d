"""Where a requirement's generated page is found: the one place that knows the project's address."""

from __future__ import annotations

PROJECT = ""
"""The project's public address, `https://…` without a slash at the end; empty as long as it has none: no dead links."""
PAGES = "docs/requirements"
"""The pages' folder in the project."""
PACKS = ("eu-ai-act/", "evidence-integrity/")
"""Beginnings of the policy files of the built-in packs: only their requirements have pages."""


def page_of(requirement: str) -> str:
    """The file name of *requirement*'s page."""
    return f"{requirement}.md"


def documentation(requirement: str, file: str, version: str) -> str:
    """*requirement*'s page, as an address or else as a path in the project; empty for a pack without pages."""
    if not file.startswith(PACKS):
        return ""
    path = f"{PAGES}/{page_of(requirement)}"
    return f"{PROJECT}/blob/v{version}/{path}" if PROJECT else path


def is_address(link: str) -> bool:
    """Whether *link* leads somewhere from wherever it is read."""
    return link.startswith("https://")
