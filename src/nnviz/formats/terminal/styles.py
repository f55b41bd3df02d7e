"""The styles of a view by name: a role's colour, and what is muted, marked or a heading."""

from __future__ import annotations

from rich.theme import Theme

# Middle tones of the 256-colour palette: at least 3.9 : 1 on black and on white.
_HUES = {
    "plain": "",
    "input": "color(32)",
    "weight": "color(166)",
    "output": "color(29)",
    "hidden": "color(98)",
    "bias": "color(162)",
    "intermediate": "dim",
}
THEME = Theme(
    {
        **_HUES,
        **{f"{role}.name": f"bold {hue}".strip() for role, hue in _HUES.items()},
        **{f"{role}.marked": f"bold reverse {hue}".strip() for role, hue in _HUES.items()},
        "heading": "bold",
        "muted": "dim",
    }
)
"""`input`, `input.name`, `input.marked` … for each role; a terminal of 16 colours gets its own."""
