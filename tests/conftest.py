"""How properties are tried, and what terminal the tests sit at.

The gate tries the same examples every time, however long they take, so that it speaks of the
change and not of luck; `pytest --hypothesis-profile default` looks for new ones.
"""

import pytest
from hypothesis import settings

settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile("gate")


@pytest.fixture(autouse=True)
def _terminal_of_all_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich asks the environment which colours a terminal has."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
