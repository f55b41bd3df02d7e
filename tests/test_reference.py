"""The command reference is what the declarations say."""

from __future__ import annotations

import reference


def test_the_reference_page_is_current() -> None:
    written = reference.PAGE.read_text(encoding="utf-8")
    assert written == reference.page(), "run python tools/reference.py"
    assert "## nnviz conv [INPUT]..." in written
