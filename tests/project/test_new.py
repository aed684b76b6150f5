"""`new` in folders that their owner calls empty, and a project that has lost its git repository."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import environment, starterkit
from tests.support.learners import TEMPLATES

pytestmark = pytest.mark.slow

ARGS = ("-f", "flask", "--defaults", "--no-install")
LEFT_BEHIND = (".DS_Store", "Thumbs.db", "desktop.ini", "._x", "lost+found")


def git(*args: str, cwd: Path) -> str:
    return subprocess.run(["git", *args], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """An empty repository on a host."""
    git("init", "-q", "--bare", "remote.git", cwd=tmp_path)
    return tmp_path / "remote.git"


@pytest.mark.parametrize("names", [*((name,) for name in LEFT_BEHIND), LEFT_BEHIND, (".idea/workspace.xml",)])
def test_what_systems_leave_behind_is_no_obstacle(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text("x")

    starterkit("new", "site", *ARGS, cwd=tmp_path)

    assert all((tmp_path / "site" / name).read_text() == "x" for name in names)
    assert set(git("ls-files", "-o", "--exclude-standard", cwd=tmp_path / "site").split()) <= {"._x", "lost+found"}


@pytest.mark.parametrize("name", ["notes.txt", ".env", "src/app.py"])
def test_a_folder_with_files_of_its_owner_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "site" / name).parent.mkdir(parents=True)
    (tmp_path / "site" / name).write_text("x")

    assert "is not empty" in starterkit("new", "site", *ARGS, cwd=tmp_path, code=2).err
    assert [str(path.relative_to(tmp_path / "site")) for path in (tmp_path / "site").rglob(name)] == [name]


@pytest.mark.parametrize("branch", ["main", "master"])
def test_an_empty_clone_becomes_the_project_and_keeps_its_remote(branch: str, remote: Path, tmp_path: Path) -> None:
    git("-c", f"init.defaultBranch={branch}", "clone", "-q", str(remote), "site", cwd=tmp_path)
    site = tmp_path / "site"
    git("config", "user.email", "own@example.org", cwd=site)
    (site / ".DS_Store").write_text("x")

    starterkit("new", ".", *ARGS, cwd=site)

    assert git("remote", "get-url", "origin", cwd=site) == str(remote)
    assert git("config", "user.email", cwd=site) == "own@example.org"
    assert git("status", "--porcelain", cwd=site) == ""
    assert git("branch", "--show-current", cwd=site) == "main"
    git("push", "-q", cwd=site)
    assert git("rev-parse", "main", cwd=remote) == git("rev-parse", "HEAD", cwd=site)
    starterkit("next", "--no-check", cwd=site)
    git("fsck", "--strict", cwd=site)


@pytest.mark.parametrize(("edition", "line"), [(1, ""), (2, "edition: 2\n")])
def test_a_project_records_an_edition_after_the_first(edition: int, line: str, tmp_path: Path) -> None:
    template = shutil.copytree(TEMPLATES / "tiny", tmp_path / "template")
    path = (template / "path.yml").read_text("utf-8")
    (template / "path.yml").write_text(path.replace("format: 1\n", f"format: 1\nedition: {edition}\n"), "utf-8")

    starterkit("new", "site", "--template", str(template), "--defaults", "--no-install", cwd=tmp_path)

    state = (tmp_path / "site" / ".starterkit.yml").read_text("utf-8")
    assert re.findall("^edition: .*\n", state, re.MULTILINE) == ([line] if line else [])
    starterkit("next", "--no-check", cwd=tmp_path / "site")
    assert line in (tmp_path / "site" / ".starterkit.yml").read_text("utf-8")
    assert starterkit("status", "--json", cwd=tmp_path / "site").json["edition"] == edition


def test_a_new_repository_without_a_remote_becomes_the_project(tmp_path: Path) -> None:
    git("init", "-q", "site", cwd=tmp_path)

    starterkit("new", "site", *ARGS, cwd=tmp_path)

    assert git("log", "--format=%s", "-1", cwd=tmp_path / "site").startswith("Begin with the Flask")


def test_a_repository_that_is_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    git("init", "-q", cwd=tmp_path / "site")
    git("commit", "-q", "--allow-empty", "-m", "mine", cwd=tmp_path / "site")
    before = git("rev-parse", "HEAD", cwd=tmp_path / "site")

    assert "is not empty" in starterkit("new", "site", *ARGS, cwd=tmp_path, code=2).err
    assert git("rev-parse", "HEAD", cwd=tmp_path / "site") == before


def test_an_empty_clone_is_as_it_was_when_the_packages_cannot_be_installed(remote: Path, tmp_path: Path) -> None:
    git("clone", "-q", str(remote), "site", cwd=tmp_path)
    (tmp_path / "site" / ".DS_Store").write_text("x")
    closed = {
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/",
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_HTTP_RETRIES": "0",
    }

    starterkit("new", "site", "-f", "flask", "--defaults", cwd=tmp_path, code=4, env=closed)

    assert {entry.name for entry in (tmp_path / "site").iterdir()} == {".git", ".DS_Store"}
    assert git("remote", "get-url", "origin", cwd=tmp_path / "site") == str(remote)
    assert git("for-each-ref", cwd=tmp_path / "site") == ""
    starterkit("new", "site", *ARGS, cwd=tmp_path)


@pytest.mark.parametrize("around", [False, True], ids=["alone", "inside another repository"])
def test_the_commands_for_a_project_without_git_work_as_typed(around: bool, tmp_path: Path) -> None:
    starterkit("new", "site", *ARGS, cwd=tmp_path)
    starterkit("next", "--no-check", cwd=tmp_path / "site")
    shutil.rmtree(tmp_path / "site" / ".git")
    if around:
        git("init", "-q", cwd=tmp_path)

    said = " ".join(starterkit("status", cwd=tmp_path / "site", code=2).err.split())

    typed = re.findall(r"`(git .*?)`", said)
    assert [words.split()[1] for words in typed] == ["init", "add", "commit"]
    assert " status` to restore the learning path" in said
    for command in typed:
        subprocess.run(
            ["sh", "-ec", command], cwd=tmp_path / "site", env=environment(), check=True, capture_output=True
        )
    assert starterkit("status", "--json", cwd=tmp_path / "site").json["step"] == "01-first-page"
    starterkit("next", "--solve", "--no-check", cwd=tmp_path / "site")


def test_a_link_that_leads_nowhere_is_called_a_link(tmp_path: Path) -> None:
    (tmp_path / "site").symlink_to("nowhere")

    assert "site is a broken link." in starterkit("new", "site", *ARGS, cwd=tmp_path, code=2).err
    assert not (tmp_path / "nowhere").exists()
