"""Working folders for other users of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.commands import starterkit
from tests.support.workshops import TINY, Room, git

pytestmark = pytest.mark.slow

if sys.platform == "win32":
    pytest.skip("users as POSIX has them", allow_module_level=True)

NOBODYS = 61_234  # a number that no user has
WORDS = ("workshop", "create", "roster.csv", "w")


def made(place: Path, *more: str, roster: str) -> Room:
    (place / "roster.csv").write_text(roster, encoding="utf-8")
    starterkit(*WORDS, *(() if (place / "w").exists() else ("--template", str(TINY))), *more, cwd=place)
    return Room(place / "w")


def test_a_workshop_that_names_a_group_is_read_and_keeps_it(room: Room, tmp_path: Path) -> None:
    room.edits("people:", 'group: "{login}"\npeople:')
    (tmp_path / "more.csv").write_text("name\nZoe\n")

    starterkit("workshop", "create", str(tmp_path / "more.csv"), "--due", "2026-11-30", cwd=room.folder)

    assert [person.name for person in room.opened.people][-1] == "Zoe"
    assert 'group: "{login}"\n' in (room.folder / "workshop.yml").read_text()


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that other users can reach."""
    with TemporaryDirectory(prefix="starterkit-shared-") as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_working_folder_that_was_given_away_shares_no_file_with_another(elsewhere: Path) -> None:
    made(elsewhere, "--folders", "there", roster="name\nAda\nBo\n")

    packs = list(elsewhere.glob("there/*/.git/objects/pack/*.pack"))

    assert len({pack.stat().st_ino for pack in packs}) == 2
    subprocess.run(["chown", "-R", f"{NOBODYS}:{NOBODYS}", str(elsewhere / "there" / "ada")], check=True)
    assert sorted(pack.stat().st_uid for pack in packs) == [0, NOBODYS]
    told = starterkit("-C", "w", "workshop", "collect", "--json", cwd=elsewhere).json
    assert [one["reached"] for one in told["people"]] == [True, True]


@pytest.mark.parametrize(("logins", "files"), [(("ada", "bo"), 1), (("ada", "nobody"), 2)])
def test_working_folders_share_the_path_but_for_those_of_other_users_of_the_machine(
    tmp_path: Path, logins: tuple[str, str], files: int
) -> None:
    made(tmp_path, "--folders", "there", roster=f"name,login\nAda,{logins[0]}\nBo,{logins[1]}\n")

    folders = [tmp_path / "there" / name for name in ("ada", "bo")]
    packs = [pack for folder in folders for pack in folder.glob(".git/objects/pack/*.pack")]

    assert len({pack.stat().st_ino for pack in packs}) == files
    assert [git("fsck", cwd=folder) for folder in folders] == ["", ""]
