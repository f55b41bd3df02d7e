"""Write what a language has not said yet into its file, to be translated.

    python tools/language.py NAME

Every template of the source that src/nnviz/lang/NAME.json lacks is added at its end, under the
heading "to translate", in English; the file is made where there is none. Templates that are no
longer in the source are named, not taken away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src" / "nnviz" / "lang"
HEADING = "to translate"


def completed(text: str, wanted: set[str]) -> str:
    """The text of a catalogue with every template wanted; what it had stays as it is."""
    parts: dict[str, dict[str, str]] = json.loads(text)
    lacking = sorted(wanted - {key for part in parts.values() for key in part})
    if not lacking:
        return text
    body = text.rstrip().removesuffix("}").rstrip()
    if list(parts)[-1:] == [HEADING]:
        body = body.removesuffix("}").rstrip() + ",\n"
    else:
        body += (",\n" if parts else "") + f'\n"{HEADING}": {{\n'
    said = (json.dumps(key, ensure_ascii=False) for key in lacking)
    return body + ",\n".join(f"{key}: {key}" for key in said) + "\n}\n}\n"


def main() -> None:
    """Complete one catalogue."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.path.insert(0, str(ROOT / "tests"))
    from templates import templates  # the tests know where templates stand in the source

    path = FOLDER / f"{sys.argv[1]}.json"
    text = path.read_text(encoding="utf-8") if path.exists() else "{}"
    wanted = templates()
    path.write_text(completed(text, wanted), encoding="utf-8", newline="\n")
    for key in sorted({key for part in json.loads(text).values() for key in part} - wanted):
        sys.stdout.write(f"no longer in the source: {key}\n")


if __name__ == "__main__":
    main()
