"""A git that is missing, broken or too old is named for what it is, and nothing is created."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.commands import starterkit

pytestmark = pytest.mark.slow

REAL = shutil.which("git")
NEW = ("new", "site", "-f", "flask", "--defaults", "--no-install")


def program(folder: Path, text: str, mode: int = 0o755) -> Path:
    folder.mkdir()
    (folder / "git").write_text(text)
    (folder / "git").chmod(mode)
    return folder


def without_git(folder: Path) -> Path:
    folder.mkdir()
    return folder


BROKEN: Mapping[str, tuple[Callable[[Path], Path], str]] = {
    "xcrun": (
        lambda folder: program(folder, "#!/bin/sh\necho 'xcrun: error: invalid active developer path' >&2\nexit 1\n"),
        "`xcode-select --install`",
    ),
    "xcode-select": (
        lambda folder: program(
            folder, "#!/bin/sh\necho 'xcode-select: note: No developer tools were found.' >&2\nexit 1\n"
        ),
        "`xcode-select --install`",
    ),
    "a wrapper that fails": (
        lambda folder: program(folder, "#!/bin/sh\necho 'blocked by the administrator'\nexit 1\n"),
        "blocked by the administrator",
    ),
    "a silent wrapper": (lambda folder: program(folder, "#!/bin/sh\nexit 1\n"), "exit code 1. It says nothing."),
    "another program": (lambda folder: program(folder, "#!/bin/sh\necho hello\n"), "hello"),
    "permission denied": (lambda folder: program(folder, "#!/bin/sh\n", 0o644), "Permission denied"),
    "no interpreter": (lambda folder: program(folder, "#!/nowhere/sh\n"), "No such file or directory"),
    "not a program": (lambda folder: program(folder, "\0\1\2"), "Exec format error"),
    "missing": (without_git, "git is not installed"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    starterkit(*NEW, cwd=tmp_path)
    return tmp_path / "site"


def flat(text: str) -> str:
    """A text as one line, however it was wrapped."""
    return " ".join(text.split())


@pytest.mark.parametrize("kind", BROKEN)
def test_new_names_a_git_that_does_not_work(kind: str, tmp_path: Path) -> None:
    make, says = BROKEN[kind]
    path = str(make(tmp_path / "bin"))

    ran = starterkit(*NEW, cwd=tmp_path, code=4, env={"PATH": path})

    assert ran.err.startswith("Error: git ") and says in flat(ran.err)
    assert "`git --version`" in ran.err or "install" in ran.err.lower()
    assert "disk is full" not in ran.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["bin"]


@pytest.mark.parametrize("args", [(), ("status",), ("check",), ("next",), ("undo",), ("hint",), ("pull",), ("doctor",)])
def test_commands_in_a_project_name_a_git_that_does_not_work(args: tuple[str, ...], project: Path) -> None:
    path = str(BROKEN["a wrapper that fails"][0](project.parent / "bin"))

    ran = starterkit(*args, cwd=project, code=4, env={"PATH": path})

    assert "blocked by the administrator" in flat(ran.out + ran.err)
    assert "disk is full" not in ran.out + ran.err


@pytest.mark.parametrize(
    "args", [("workshop", "create", "people.csv", "room", "-f", "flask"), ("template", "open", "template", "repo")]
)
def test_other_commands_name_a_git_that_does_not_work(args: tuple[str, ...], tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[1] / "templates" / "tiny", tmp_path / "template")
    (tmp_path / "people.csv").write_text("name\nAda\n")
    path = str(BROKEN["a wrapper that fails"][0](tmp_path / "bin"))

    ran = starterkit(*args, cwd=tmp_path, code=4, env={"PATH": path})

    assert "blocked by the administrator" in flat(ran.err)
    assert {entry.name for entry in tmp_path.iterdir()} == {"bin", "people.csv", "template"}


def old_git(folder: Path, version: str) -> Path:
    answer = f'case "$*" in --version) echo "git version {version}"; exit 0;; esac'
    return program(folder, f'#!/bin/sh\n{answer}\nexec {REAL} "$@"\n')


@pytest.mark.parametrize("version", ["2.34.1", "2.37.4.windows.1", "1.9.5", "2.37.GIT"])
def test_new_refuses_a_git_that_is_too_old(version: str, tmp_path: Path) -> None:
    path = f"{old_git(tmp_path / 'bin', version)}{os.pathsep}{os.environ['PATH']}"

    ran = starterkit(*NEW, cwd=tmp_path, code=4, env={"PATH": path})

    assert "is too old" in ran.err and "2.38" in ran.err and version[:4].rstrip(".") in ran.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["bin"]


@pytest.mark.parametrize("version", ["2.38.0", "2.45.1.windows.1", "2.39.5 (Apple Git-154)", "3.0.0"])
def test_new_accepts_a_git_that_is_new_enough(version: str, tmp_path: Path) -> None:
    path = f"{old_git(tmp_path / 'bin', version)}{os.pathsep}{os.environ['PATH']}"

    starterkit(*NEW, cwd=tmp_path, env={"PATH": path})


def test_commands_in_a_project_refuse_a_git_that_is_too_old(project: Path) -> None:
    path = f"{old_git(project.parent / 'bin', '2.34.1')}{os.pathsep}{os.environ['PATH']}"

    assert "too old" in starterkit("next", "--no-check", cwd=project, code=4, env={"PATH": path}).err
    assert "2.34.1, but version >=2.38 is needed" in flat(
        starterkit("doctor", cwd=project, code=4, env={"PATH": path}).out
    )


# --- configuration in variables ------------------------------------------------------------------------------------

ANOTHER_OWNER = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}  # git's own switch
TRUSTED: Mapping[str, Mapping[str, str]] = {
    "GIT_CONFIG_COUNT": {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_VALUE_0": "Ada",
        "GIT_CONFIG_KEY_1": "Safe.Directory",
        "GIT_CONFIG_VALUE_1": "*",
    },
    "GIT_CONFIG_PARAMETERS": {"GIT_CONFIG_PARAMETERS": "'core.quotepath'='true' 'safe.directory'='*'"},
    "GIT_CONFIG_PARAMETERS of an older git": {"GIT_CONFIG_PARAMETERS": "'safe.directory=*'"},
}


@pytest.mark.parametrize("given", TRUSTED)
def test_a_folder_that_git_trusts_by_a_variable_is_trusted(given: str, project: Path) -> None:
    starterkit("status", cwd=project, env={**ANOTHER_OWNER, **TRUSTED[given]})
    starterkit("next", "--no-check", cwd=project, env={**ANOTHER_OWNER, **TRUSTED[given]})


def test_a_folder_that_git_does_not_trust_is_not_trusted(project: Path) -> None:
    ran = starterkit("status", cwd=project, code=4, env=ANOTHER_OWNER)

    assert "dubious ownership" in ran.err


def test_other_configuration_in_variables_changes_nothing(project: Path, tmp_path: Path) -> None:
    alarm = program(tmp_path / "bin", f"#!/bin/sh\ntouch {tmp_path}/called\nexit 1\n") / "git"
    alarm.rename(tmp_path / "bin" / "pre-commit")
    settings = {
        "core.hooksPath": tmp_path / "bin",
        "core.fsmonitor": alarm,
        "commit.gpgSign": "true",
        "core.bare": "true",
    }
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": str(value)}

    starterkit("next", "--no-check", cwd=project, env=variables)
    starterkit("status", cwd=project, env={"GIT_CONFIG_PARAMETERS": "'core.bare'='true'"})
    starterkit("status", cwd=project, env={"GIT_CONFIG_PARAMETERS": "'broken", "GIT_CONFIG_COUNT": "x"})

    assert not (tmp_path / "called").exists()


# --- the folder that the terminal is in ----------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that a program works in")
@pytest.mark.parametrize(
    "args",
    [
        (),
        *((name,) for name in ("status", "doctor", "list", "run", "check", "next", "lesson", "choose")),
        NEW,
        ("-C", "..", "status"),
        ("workshop", "status"),
        ("template", "validate", "."),
    ],
)
def test_a_deleted_folder_is_named(args: tuple[str, ...], tmp_path: Path) -> None:
    """Also if it was created again: the terminal is still in the deleted one."""
    (tmp_path / "gone").mkdir()
    again = f"mkdir '{tmp_path}/gone';" if args else ""
    call = f"rmdir '{tmp_path}/gone'; {again} exec \"$@\""

    ran = starterkit(*args, cwd=tmp_path / "gone", code=2, through=("sh", "-c", call, "sh"))

    assert ran.err == (
        "Error: The current folder was deleted.\n"
        "Go to a folder that exists: `cd FOLDER`. If the same folder was created again,\nyou also need `cd`.\n"
    )
    assert ran.out == ""


def emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


DAMAGED: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "no HEAD": (lambda git_dir: (git_dir / "HEAD").unlink(), "rename .git"),
    "an empty .git": (emptied, "rename .git"),
    "an unreadable index": (lambda git_dir: (git_dir / "index").write_text("x"), "Delete the file .git/index"),
    "no objects": (lambda git_dir: emptied(git_dir / "objects"), "Some files in .git are missing or damaged"),
    "an empty ref": (
        lambda git_dir: (git_dir / "refs/heads/main").write_text(""),
        "Some files in .git are missing or damaged",
    ),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_repository_is_named_before_anything_is_written(kind: str, project: Path) -> None:
    damage, says = DAMAGED[kind]
    damage(project / ".git")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    ran = starterkit("next", "--no-check", cwd=project, code=None)
    doctor = starterkit("doctor", cwd=project, code=4)

    assert ran.code in (2, 4) and says in flat(ran.err)
    assert "the folder .git is missing" not in flat(ran.err + doctor.out)
    assert says in flat(doctor.out)
    after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} <= {
        path for path in after if {"starterkit", "objects"} & {*path.parts}
    }
