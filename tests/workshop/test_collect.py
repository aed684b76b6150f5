"""`workshop collect`: everybody's latest work comes here, nothing of it runs, and who could not be reached is told."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from starterkit.git.bare import BareRepository, refs_on_disk
from starterkit.git.command import Git
from starterkit.git.remote import reason
from starterkit.process import Completed
from starterkit.progress import no_progress
from starterkit.workshop import events, status
from starterkit.workshop.collect import CollectResult, collect
from starterkit.workshop.submissions import Submission, latest_in
from tests.support.commands import starterkit
from tests.support.workshops import FOLDERS, Room, collected, commit, git


def gather(room: Room, *folders: str, seconds: float = 20.0) -> list[CollectResult]:
    people = [room.person(folder) for folder in folders or FOLDERS]
    return collect(room.opened, people, no_progress, seconds=seconds)


def latest(room: Room, folder: str, before: datetime | None = None) -> Submission | None:
    person = room.person(folder)
    with BareRepository(room.repository(folder)) as repository:
        return latest_in(repository, person, before, events.ours(room.opened, person))


def latest_of(room: Room, folder: str, before: datetime | None = None) -> Submission:
    found = latest(room, folder, before)
    assert found is not None
    return found


@pytest.fixture
def adas(room: Room, tmp_path: Path) -> Path:
    """Ada's clone of her repository."""
    return room.clone("ada-lovelace", tmp_path / "adas")


@pytest.fixture
def graces(room: Room, tmp_path: Path) -> Path:
    """A working folder in which Grace works; workshop.yml names it as her remote."""
    mine = room.clone("grace-hopper", tmp_path / "graces")
    room.edits('login: "grace"', f"remote: {mine}")
    return mine


def test_collect_tells_what_is_new_and_the_second_time_that_nothing_is(room: Room, adas: Path) -> None:
    starterkit("next", "--no-check", cwd=adas)
    git("push", "-q", cwd=adas)

    first = starterkit("workshop", "collect", cwd=room.folder).out
    again = starterkit("workshop", "collect", "--json", cwd=room.folder).json

    assert first.startswith("ok  Fetched the work of 3 people. 1 person has new work.\n  Ada Lovelace: 01-one\n")
    assert [(one["folder"], one["reached"], one["new"]) for one in again["people"]] == [
        (folder, True, False) for folder in FOLDERS
    ]
    event = room.events("ada-lovelace")[-1]
    assert (event["kind"], event["reached"], event["step"], event["solved"]) == ("collected", True, "01-one", False)
    assert event["begun"] and not room.events("eniac")[-1]["begun"]
    assert [len(room.events(folder)) for folder in FOLDERS] == [1, 1, 1]


def test_where_nothing_is_new_git_is_not_started(room: Room, graces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gather(room)
    started: list[Any] = []

    def count(self: Git, *args: str, **_: Any) -> Completed:
        started.append(args)
        return Completed(args, 1, b"", b"")

    monkeypatch.setattr(Git, "try_run", count)
    monkeypatch.setattr("starterkit.git.objects.start", count)

    assert all(one.reached and not one.is_new for one in gather(room))
    assert started == []


def test_a_working_folder_is_fetched_from_all_branches_and_nothing_else(room: Room, graces: Path) -> None:
    first = commit(graces, {"a.py": "1\n"})
    git("switch", "-q", "-c", "idea/one", cwd=graces)
    second = commit(graces, {"b.py": "2\n"}, when="2030-01-01T00:00:00Z")
    git("tag", "mine", cwd=graces)

    gather(room)

    repository = room.repository("grace-hopper")
    refs = refs_on_disk(repository, "refs/")
    assert refs is not None
    assert refs["refs/collected/heads/main"] == first
    assert refs["refs/collected/heads/idea/one"] == second
    assert not any(name.startswith(("refs/tags/", "refs/heads/idea")) for name in refs)
    found = latest_of(room, "grace-hopper")
    assert (found.commit, found.branch) == (second, "idea/one")


def test_a_branch_that_is_gone_and_history_that_is_rewritten_are_followed(room: Room, graces: Path) -> None:
    commit(graces, {"a.py": "1\n"})
    git("branch", "idea", cwd=graces)
    gather(room)
    git("branch", "-q", "-D", "idea", cwd=graces)
    git("reset", "-q", "--hard", "HEAD~1", cwd=graces)
    other = commit(graces, {"a.py": "2\n"})
    git("branch", "idea/one", cwd=graces)

    assert gather(room, "grace-hopper")[0].commit == other
    assert len(room.events("grace-hopper")) == 2


def test_the_latest_is_the_newest_commit_before_the_time(room: Room, adas: Path) -> None:
    early = commit(adas, {"a.py": "1\n"}, when="2030-01-01T10:00:00Z")
    late = commit(adas, {"a.py": "2\n"}, when="2030-01-02T10:00:00Z")
    git("push", "-q", cwd=adas)

    assert latest_of(room, "ada-lovelace").commit == late
    due = latest_of(room, "ada-lovelace", datetime(2030, 1, 1, 12, tzinfo=UTC))
    assert (due.commit, due.committed) == (early, datetime(2030, 1, 1, 10, tzinfo=UTC))
    assert latest(room, "ada-lovelace", datetime(2001, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda folder: shutil.rmtree(folder), "repos/ada-lovelace.git is missing"),
        (lambda folder: shutil.rmtree(folder / "objects"), "repos/ada-lovelace.git is damaged"),
        (
            lambda folder: (folder / "refs/heads/main").write_text("no id\n"),
            "their branch is missing",
        ),
    ],
)
def test_a_repository_that_is_gone_or_damaged_is_told_and_what_was_known_stays(
    room: Room, adas: Path, damage: Callable[[Path], object], why: str
) -> None:
    id = commit(adas, {"a.py": "1\n"})
    git("push", "-q", cwd=adas)
    gather(room)
    damage(room.repository("ada-lovelace"))

    ada, grace, _ = gather(room)

    assert (ada.reached, ada.is_new, ada.commit, grace.reached) == (False, False, id, True)
    assert ada.why.startswith(why)
    (known, _, _) = status.workshop_status(room.opened, datetime.now(UTC)).people
    assert (known.known.commit, known.state) == (id, "not graded")


@pytest.mark.parametrize(
    "state",
    [None, "no: yaml: [", "format: 1\n", "step: ../../x\n", "x" * 200_000],
    ids=["gone", "yaml", "keys", "path", "large"],
)
def test_a_damaged_state_file_leaves_the_step_empty(room: Room, adas: Path, state: str | None) -> None:
    git("rm", "-q", ".starterkit.yml", cwd=adas)
    commit(adas, {".starterkit.yml": state} if state is not None else {})
    git("push", "-q", cwd=adas)

    assert (latest_of(room, "ada-lovelace").step, latest_of(room, "ada-lovelace").solved) == ("", False)


def test_who_could_not_be_reached_is_told_and_written_down_once(room: Room, graces: Path, tmp_path: Path) -> None:
    gather(room)
    known = room.events("grace-hopper")[-1]["commit"]
    graces.rename(tmp_path / "away")

    ran = starterkit("workshop", "collect", cwd=room.folder, code=1)
    gather(room)

    assert ran.out.startswith("NOT ALL  Fetched the work of 2 of 3 people.")
    assert "NOT REACHED  Grace Hopper: the folder" in ran.out
    events = room.events("grace-hopper")
    assert [(event["reached"], event["commit"]) for event in events] == [(True, known), (False, known)]
    (tmp_path / "away").rename(graces)
    gather(room)
    assert [event["reached"] for event in room.events("grace-hopper")] == [True, False, True]


def test_with_nobody_reached_the_exit_code_is_4_and_with_a_wrong_name_2(room: Room, graces: Path) -> None:
    (graces / ".git").rename(graces / "git")

    ran = starterkit("workshop", "collect", "GRACE@example.org", cwd=room.folder / "results", code=4)
    assert "NOT REACHED  Grace Hopper: there is no repository" in ran.out
    wrong = starterkit("-C", str(room.folder), "workshop", "collect", "ada-lovelance", cwd=graces, code=2)
    assert 'Did you mean "ada-lovelace"' in wrong.err


def test_what_does_not_come_by_itself_is_told(room: Room, graces: Path, tmp_path: Path) -> None:
    """git leaves out what lies on no branch, and the branches of a shallow clone, and says nothing."""
    git("switch", "-q", "--detach", cwd=graces)
    commit(graces, {"a.py": "1\n"})

    for _ in range(2):
        ran = starterkit("workshop", "collect", cwd=room.folder)
        assert "Grace Hopper: their last commit isn't on a branch" in ran.out
    git("switch", "-q", "-c", "mine", cwd=graces)
    assert "on a branch" not in starterkit("workshop", "collect", cwd=room.folder).out

    commit(graces, {"b.py": "2\n"})
    shutil.move(graces, tmp_path / "whole")
    git("clone", "-q", "--depth", "1", f"file://{tmp_path}/whole", str(graces), cwd=tmp_path)
    known = room.events("grace-hopper")[-1]["commit"]
    ran = starterkit("workshop", "collect", cwd=room.folder, code=1)
    assert "NOT REACHED  Grace Hopper: git can't fetch from this shallow clone" in ran.out
    assert room.events("grace-hopper")[-1]["commit"] == known
    git("fetch", "-q", "--unshallow", cwd=graces)
    starterkit("workshop", "collect", cwd=room.folder)


def test_a_folder_that_may_not_be_read_is_told_and_the_others_are_collected(
    room: Room, graces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_dir = Path.is_dir

    def refused(self: Path) -> bool:
        if self == graces:  # as Python answers below a folder that is closed to us
            raise PermissionError(13, "Permission denied", str(self))
        return is_dir(self)

    monkeypatch.setattr(Path, "is_dir", refused)
    ada, grace, _ = gather(room)

    assert (ada.reached, grace.reached, grace.why) == (True, False, f"permission denied: {graces}")


def test_a_file_of_a_ref_without_end_is_not_read(room: Room, graces: Path) -> None:
    with (graces / ".git/refs/heads/large").open("wb") as stream:
        stream.truncate(2**40)

    ran = starterkit("workshop", "collect", cwd=room.folder, code=1)
    assert "NOT REACHED  Grace Hopper: The file refs/heads/large is too large" in ran.out


@pytest.mark.skipif(os.name == "nt", reason="limits as POSIX has them")
def test_a_result_for_which_there_is_no_room_is_an_error(room: Room) -> None:
    import resource

    opened, eniac, most = room.opened, room.person("eniac"), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, most[1]))
    try:
        with pytest.raises(OSError, match="No space left"):
            events.append(opened, eniac, {"kind": "graded", "why": "x" * 5000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    events.append(opened, eniac, {"kind": "graded"})
    assert room.events("eniac") == [{"kind": "graded"}]


def test_a_repository_of_a_learner_runs_nothing_here(room: Room, graces: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    for name in ("post-checkout", "post-merge", "reference-transaction", "pre-receive", "post-upload-pack"):
        (graces / ".git/hooks").mkdir(exist_ok=True)
        (graces / ".git/hooks" / name).write_text(script.read_text())
        (graces / ".git/hooks" / name).chmod(0o755)
    with (graces / ".git" / "config").open("a") as config:
        config.write(
            f"[uploadpack]\n\tpackObjectsHook = {script}\n[core]\n\tfsmonitor = {script}\n\tsshCommand = {script}\n"
        )
        config.write(f"[alias]\n\tupload-pack = !{script}\n")
    commit_without_hooks(
        graces,
        {".gitattributes": "* filter=evil\n", ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::{script}\n'},
    )
    trap.unlink(missing_ok=True)

    found = gather(room, "grace-hopper")

    assert found[0].reached and found[0].is_new
    assert latest_of(room, "grace-hopper").step == "base"
    assert not trap.exists()


def commit_without_hooks(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    flags = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
    git(*flags, "add", "-A", cwd=folder)
    git(*flags, "commit", "-q", "-m", "trap", cwd=folder)


def test_odd_files_among_the_refs_are_left_to_git(room: Room, graces: Path) -> None:
    gather(room)
    newest = commit(graces, {"a.py": "1\n"})
    (graces / ".git/refs/heads/link").symlink_to("main")
    os.mkfifo(graces / ".git/refs/heads/pipe.lock")

    assert refs_on_disk(graces / ".git") is None
    assert gather(room, "grace-hopper")[0].commit == newest


def test_packed_refs_and_refs_of_a_linked_worktree_are_read(room: Room, graces: Path, tmp_path: Path) -> None:
    newest = commit(graces, {"a.py": "1\n"})
    git("pack-refs", "--all", cwd=graces)
    git("worktree", "add", "-q", "-b", "more", str(tmp_path / "linked"), cwd=graces)
    room.edits(f"remote: {graces}", f"remote: {tmp_path / 'linked'}")

    assert gather(room, "grace-hopper")[0].commit == newest
    assert refs_on_disk(graces / ".git") == {"refs/heads/main": newest, "refs/heads/more": newest}
    with BareRepository(room.repository("grace-hopper")) as repository:
        assert repository.refs("refs/collected/heads/").keys() == {
            "refs/collected/heads/main",
            "refs/collected/heads/more",
        }


@contextmanager
def server(answer: int) -> Iterator[str]:
    """A server that answers everything with one status; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    found = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{found.server_address[1]}/ada.git"
    finally:
        found.shutdown()
        found.server_close()


def test_a_server_that_wants_a_password_is_not_asked_for_one(room: Room) -> None:
    with server(401) as address:
        room.edits('login: "ada"', f"remote: {address}")
        assert gather(room, "ada-lovelace")[0].why == "the server asks for a user name and a password"


def test_a_server_that_never_answers_is_given_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 60; true")
    room.edits('login: "ada"', "remote: ada@nowhere.invalid:site.git")

    assert gather(room, "ada-lovelace", seconds=0.5)[0].why == "no response within 0.5 seconds"


def test_ssh_never_asks(room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = tmp_path / "said"
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" > {said}\necho "ada@host: Permission denied (publickey)." >&2\nexit 255\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    room.edits('login: "ada"', "remote: ada@host:site.git")

    assert gather(room, "ada-lovelace")[0].why == "the server accepts none of your ssh keys"
    assert "-oBatchMode=yes" in said.read_text()


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("fatal: unable to access 'https://me:secret@x/': Could not resolve host: x", "no such host, or no network"),
        ("warning: x\nfatal: oops at https://me:secret@host/x\n", "fatal: oops at https://host/x"),
        ("fatal: \x1b[31mred\x07\n", "fatal: red\ufffd"),
        ("", "git says nothing more"),
        ("error: " + "x" * 500, "error: " + "x" * 153 + " …"),
    ],
)
def test_why_is_one_line_without_a_password(said: str, ours: str) -> None:
    assert reason(said) == ours


def test_a_half_line_is_passed_over_and_the_next_event_stands_on_its_own(room: Room) -> None:
    room.notes("eniac", collected("a" * 40))
    with room.opened.results(room.person("eniac")).open("ab") as file:
        file.write(b'{"kind": "coll')
    room.notes("eniac", collected("b" * 40), {"kind": "of a later version"})

    assert [event.get("commit") for event in room.events("eniac")] == ["a" * 40, "b" * 40, None]
    last = events.last(room.opened, room.person("eniac"), events.COLLECTED)
    assert last is not None and last["commit"] == "b" * 40


def test_the_last_event_of_a_kind_is_found_behind_many_others(room: Room) -> None:
    room.notes("eniac", collected("a" * 40), *[{"kind": "graded", "message": "x" * 9000} for _ in range(20)])

    last = events.last(room.opened, room.person("eniac"), events.COLLECTED)

    assert last is not None and last["commit"] == "a" * 40
    assert events.last(room.opened, room.person("eniac"), events.PUSHED) is None
