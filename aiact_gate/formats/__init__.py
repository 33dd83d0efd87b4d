"""How a report is shown: one module a format, each a pure function from a report to text.

`FORMATS` names them; the exit code comes from the report alone, whatever the format.
"""

from __future__ import annotations

FORMATS = ("text", "json", "markdown", "github", "junit")
