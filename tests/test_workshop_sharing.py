"""`workshop create --group`: other users of the machine push to their repositories, and to nobody else's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from commands import starterkit
from workshops import TINY, Room, commit, git, said

from starterkit.workshop.folder import open_workshop

if sys.platform == "win32":
    pytest.skip("groups as POSIX has them", allow_module_level=True)
import grp

NOBODYS = 61_234  # a number that no user has
ROSTER = "name,login,team\nAda,ada,\nGrace,grace,Compilers\nJean,jean,Compilers\n"
WORDS = ("workshop", "create", "roster.csv", "w")


def own_group() -> str:
    return grp.getgrgid(os.getegid()).gr_name


def made(place: Path, *more: str, roster: str = ROSTER) -> Room:
    (place / "roster.csv").write_text(roster, encoding="utf-8")
    starterkit(*WORDS, *(() if (place / "w").exists() else ("--template", str(TINY))), *more, cwd=place)
    return Room(place / "w")


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def test_a_group_may_write_what_a_push_writes_and_nothing_else(tmp_path: Path) -> None:
    room = made(tmp_path, "--group", own_group())

    repository = room.repository("ada")
    for name in ("objects", "objects/pack", "refs/heads", "logs/refs/heads"):
        assert mode(repository / name) & 0o2077 == 0o2070, name
    for name in (".", "refs", "logs", "objects/info"):  # no hook, no configuration, no ref of the path, no alternates
        assert mode(repository / name) & 0o2077 == 0o2050, name
    for name in ("config", "HEAD", "packed-refs"):
        assert mode(repository / name) == 0o640, name
    assert (mode(room.folder / "workshop.yml"), mode(room.folder / "results")) == (0o600, 0o700)


def test_the_line_that_is_printed_begins_a_project_that_can_be_pushed(tmp_path: Path) -> None:
    room = made(tmp_path, "--group", own_group())
    (tmp_path / "roster.csv").write_text("name,login\nZoe,zoe\n", encoding="utf-8")

    zoe = starterkit(*WORDS, "--json", cwd=tmp_path).json["people"][0]  # the group is remembered

    assert zoe["begin"].startswith("git config --global --add safe.directory ")
    subprocess.run(zoe["begin"], shell=True, cwd=tmp_path, check=True, capture_output=True)
    commit(tmp_path / "zoe", {"a.txt": "a\n"})
    git("push", "-q", cwd=tmp_path / "zoe")
    assert mode(room.repository("zoe")) & 0o070 == 0o050
    told = starterkit("-C", "w", "workshop", "collect", "zoe", "--json", cwd=tmp_path).json
    assert told["people"][0]["new"]


def test_a_workshop_that_is_there_can_be_given_to_a_group(tmp_path: Path) -> None:
    room = made(tmp_path)
    mine = room.clone("ada", tmp_path / "mine")
    commit(mine, {"a.txt": "a\n"})
    git("push", "-q", cwd=mine)

    made(tmp_path, "--group", own_group())

    assert open_workshop(room.folder).group == own_group()
    repository = room.repository("ada")
    assert mode(repository / "refs/heads") & 0o070 == 0o070 and mode(repository / "objects/info") & 0o070 == 0o050
    commit(mine, {"a.txt": "b\n"})
    git("push", "-q", cwd=mine)
    git("fsck", "--strict", cwd=repository)


@pytest.mark.parametrize(
    "where", ["repos/.path.git/packed-refs", "results", "repos/ada.git/packed-refs", "repos/compilers.git/objects/pack"]
)
def test_interrupted_while_it_gives_to_a_group_the_next_create_finishes_it(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room = made(tmp_path)
    there = ("-C", str(room.folder), "workshop", "create", str(tmp_path / "roster.csv"))
    chmod = Path.chmod

    def interrupted(place: Path, *more: int, **how: bool) -> None:
        if place == room.folder / where:
            raise KeyboardInterrupt
        chmod(place, *more, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "chmod", interrupted)
        said(capsys, *there, "--group", own_group(), code=130)
    said(capsys, *there, code=0)

    for folder in ("ada", "compilers"):
        repository = room.repository(folder)
        assert mode(repository / "objects/pack") & 0o2077 == 0o2070
        assert (mode(repository / "packed-refs"), mode(repository / "config")) == (0o640, 0o640)
        assert git("config", "--get-all", "core.sharedRepository", cwd=repository) == "group\n"
    assert mode(room.folder / "repos/.path.git/packed-refs") == 0o644
    assert (mode(room.folder / "workshop.yml"), mode(room.folder / "results")) == (0o600, 0o700)


def test_what_is_missing_is_said_before_anything_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "roster.csv").write_text(
        ROSTER.replace("ada,", "root,").replace("Compilers", "No Such Team"), encoding="utf-8"
    )
    words = ("-C", str(tmp_path), *WORDS, "--template", str(TINY), "--group")

    told = said(capsys, *words, "no-such-group", code=2)
    assert 'There is no group "no-such-group"' in told and "`sudo groupadd no-such-group`" in told
    if os.geteuid() == 0:
        told = said(capsys, *words, "{login}", code=2)
        assert 'no group "no-such-team" on this machine, for No Such Team' in told
        assert "`sudo usermod -aG no-such-team grace` `sudo usermod -aG no-such-team jean`" in told
    assert [entry.name for entry in tmp_path.iterdir()] == ["roster.csv"]


@dataclass(frozen=True)
class User:
    """Somebody else on this machine: a number, and the group they are in."""

    home: Path
    number: int
    group: int

    def types(self, line: str, *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        who = {"user": self.number, "group": self.group, "extra_groups": ()}
        env = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C"}
        names = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            line, shell=True, cwd=cwd or self.home, env={**env, **names}, capture_output=True, text=True, **who
        )


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that other users can reach."""
    with TemporaryDirectory(prefix="starterkit-shared-") as place:
        Path(place).chmod(0o755)
        yield Path(place)


def user(place: Path, number: int, group: int) -> User:
    home = place / f"home-{number}"
    home.mkdir()
    os.chown(home, number, group)
    return User(home, number, group)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_two_other_users_and_the_instructor_take_turns_and_a_third_sees_nothing(elsewhere: Path) -> None:
    group = next(one for one in grp.getgrall() if one.gr_gid not in (0, NOBODYS))
    room = made(elsewhere, "--group", group.gr_name)
    grace, jean = (user(elsewhere, NOBODYS + number, group.gr_gid) for number in (1, 2))
    begin = starterkit(*WORDS, "--json", cwd=elsewhere).json["people"][1]["begin"]
    work = 'cd compilers && git pull && echo "$HOME" >> mine.txt && git add -A && git commit -m more && git push'

    for one in (grace, jean):
        assert "dubious ownership" in one.types(begin.partition(" && ")[2]).stderr
        done = one.types(f"{begin} && {work}")
        assert done.returncode == 0, done.stderr
    starterkit("workshop", "catch-up", "compilers", "02", "--count-as", "green", cwd=room.folder)
    for one in (grace, jean):
        done = one.types(work)
        assert done.returncode == 0, done.stderr

    repository = room.repository("compilers")
    git("fsck", cwd=repository)
    assert grace.types(f"echo >> {repository}/config; mkdir {repository}/hooks").stderr.count("ermission denied") == 2
    third = user(elsewhere, NOBODYS, NOBODYS)
    assert third.types(f"ls {repository} || cat {room.folder}/workshop.yml").stdout == ""
    assert third.types(begin).returncode != 0


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
