"""A file is replaced all at once, and nothing else is touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nnviz import files


@pytest.mark.skipif(not hasattr(os, "chown"), reason="no owners on this system")
def test_the_owner_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    kept: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda _, *owner: kept.append(owner))
    files.write(str(path), b"new")
    assert kept == []
    before = Path.stat

    def of_another(self: Path, **options: Any) -> Any:
        found = before(self, **options)
        return SimpleNamespace(st_mode=found.st_mode, st_uid=len(self.name), st_gid=7)

    monkeypatch.setattr(Path, "stat", of_another)
    files.write(str(path), b"new")
    assert kept == [(len("a.json"), 7)]


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    files.write(str(link), b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "by-open").touch()
    files.write(str(tmp_path / "by-us"), b"")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        files.write(str(path), b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "old"


def unfinished(folder: Path, process: int, host: str | None = None) -> Path:
    """What a run that is killed while it writes leaves."""
    path = folder / f".a.png.{host or files._host()}-{process}-abcd_123.nnviz"
    path.write_bytes(b"half")
    return path


def test_what_a_killed_run_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    left = unfinished(tmp_path, ended.pid)
    days_old = unfinished(tmp_path, 1, "00000000")
    os.utime(days_old, (0, 0))
    kept = [
        unfinished(tmp_path, os.getppid()),
        unfinished(tmp_path, ended.pid, "00000000"),
        tmp_path / ".mine.nnviz",
        tmp_path / f"a.png.{files._host()}-{ended.pid}-abcd_123.nnviz",
        tmp_path / f".a.{ended.pid}.nnviz",
    ]
    for path in kept:
        path.touch()
    files.write(str(tmp_path / "b.json"), b"new")
    assert not left.exists()
    assert not days_old.exists()
    assert set(tmp_path.iterdir()) == {*kept, tmp_path / "b.json"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_the_next_run_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    writing = "from nnviz import files; import os; files.put = lambda *_: os.kill(os.getpid(), 9)"
    done = subprocess.run(
        [sys.executable, "-c", f"{writing}; files.write('a.json', b'new')"],
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == -9
    assert len(list(tmp_path.iterdir())) == 1
    files.write(str(tmp_path / "b.json"), b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]
