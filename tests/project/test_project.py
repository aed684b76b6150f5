"""What surrounds a project: the user's git configuration and variables, and the states that a repository can be in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from starterkit.errors import ConflictError, EnvironmentProblem, ExitCode, FileError, UsageError
from starterkit.progress import no_progress
from starterkit.project import new
from starterkit.project import project as project_module
from starterkit.project.restore_path import require_path
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource
from tests.support.learners import TEMPLATES, Learner, copied, make_project
from tests.support.trees import assert_tree, read_tree, write_tree

pytestmark = pytest.mark.slow

PATH_IDS = ("refs/starterkit/path", "refs/starterkit/template")


def path_ids(learner: Learner) -> list[str]:
    return [learner.git("rev-parse", ref).strip() for ref in PATH_IDS]


def whole_way(learner: Learner) -> list[tuple[object, ...]]:
    """Work, next, solve, undo, redo; return the files after each."""
    found: list[tuple[object, ...]] = []

    def look() -> None:
        found.append((learner.tree(), learner.log(), learner.git("status", "--porcelain")))

    learner.writes({"mine.py": "x = 1\n", "crlf.txt": b"one\r\ntwo\r\n", "tests/support.py": "edited\n"})
    learner.changes("conduit/app.py", "made by hand", "made by me")
    for command in (learner.next, learner.solve, learner.next, learner.undo, learner.redo, learner.solve):
        command()
        look()
    return found


# -- the user's configuration -----------------------------------------------------------------------------------------

HOSTILE: dict[str, str] = {
    "hooks": "[core]\n\thooksPath = {home}/hooks\n",
    "signing": "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[gpg]\n\tprogram = false\n",
    "another default branch": "[init]\n\tdefaultBranch = trunk\n",
    "another object format": "[init]\n\tdefaultObjectFormat = sha256\n\tdefaultRefFormat = reftable\n",
    "a template": "[init]\n\ttemplateDir = {home}/template\n",
    "file system monitor": "[core]\n\tfsmonitor = {home}/hooks/pre-commit\n\tuntrackedCache = true\n",
    "many files": "[feature]\n\tmanyFiles = true\n[index]\n\tversion = 4\n",
    "split index": "[core]\n\tsplitIndex = true\n",
    "diff3": "[merge]\n\tconflictStyle = diff3\n\trenames = false\n\trenormalize = true\n\tdefault = union\n",
    "rename limit": "[diff]\n\trenameLimit = 1\n\trenames = false\n[merge]\n\trenameLimit = 1\n",
    "diff": "[diff]\n\tnoprefix = true\n\texternal = false\n\tmnemonicPrefix = true\n[color]\n\tui = always\n",
    "status": "[status]\n\tshowUntrackedFiles = no\n\tshort = true\n\tbranch = true\n[column]\n\tui = always\n",
    "quoted paths": "[core]\n\tquotePath = true\n\tpager = false\n",
    "rerere": "[rerere]\n\tenabled = true\n\tautoUpdate = true\n",
    "aliases": "[alias]\n\tls-files = !false\n\tcat-file = !false\n",
    "attributes": "[core]\n\tattributesFile = {home}/attributes\n",
    "fetching": "[fetch]\n\tprune = true\n\tpruneTags = true\n\trecurseSubmodules = true\n",
    "an editor": "[core]\n\teditor = false\n[sequence]\n\teditor = false\n",
    "large files": "[core]\n\tbigFileThreshold = 1\n\tcompression = 0\n[pack]\n\tpackSizeLimit = 1m\n",
}


@pytest.fixture(scope="session")
def usual_way(generated: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    return whole_way(Learner(copied(generated("tiny"), tmp_path_factory.mktemp("usual") / "tiny")))


def write_home(configuration: str) -> Path:
    """Add to the user's git configuration; every program that it names would say so, or fail."""
    home = Path(os.environ["HOME"])
    alarm = f"#!/bin/sh\necho called >> {home}/called\nexit 1\n"
    hooks = ("pre-commit", "post-checkout", "reference-transaction", "post-index-change", "prepare-commit-msg")
    write_tree(home, {f"hooks/{hook}": alarm for hook in hooks})
    write_tree(home, {f"template/hooks/{hook}": alarm for hook in hooks})
    write_tree(home, {"attributes": "*.py text eol=crlf\n*.sh diff=shell\n"})
    for hook in (*(home / "hooks").iterdir(), *(home / "template/hooks").iterdir()):
        hook.chmod(0o755)
    with (home / ".gitconfig").open("a") as stream:
        stream.write(configuration.format(home=home))
    return home


@pytest.mark.parametrize("name", HOSTILE)
def test_the_users_configuration_changes_nothing(
    name: str, usual_way: list[tuple[object, ...]], generated: Callable[[str], Path], tmp_path: Path
) -> None:
    home = write_home(HOSTILE[name])

    learner = make_project(tmp_path / "site", TEMPLATES / "tiny")

    assert path_ids(learner) == path_ids(Learner(generated("tiny")))
    assert_tree(learner.tree(), read_tree(generated("tiny")))
    assert (learner.folder / ".git/HEAD").read_text() == "ref: refs/heads/main\n"
    called_by_us = whole_way(learner)
    for found, expected in zip(called_by_us, usual_way, strict=True):
        assert_tree(found[0], expected[0])  # type: ignore[arg-type]
        assert found[1] == expected[1]
    if name not in ("hooks", "a template", "file system monitor"):  # there our own calls of git in this test call them
        assert not (home / "called").exists()


def test_no_hook_of_the_user_is_called(tiny: Learner) -> None:
    home = write_home(HOSTILE["hooks"] + HOSTILE["a template"] + HOSTILE["file system monitor"])

    tiny.next()
    tiny.solve()
    tiny.undo()
    make_project(tiny.folder.parent / "another", TEMPLATES / "tiny")

    assert not (home / "called").exists()


@pytest.mark.parametrize("autocrlf", ["true", "input"])
@pytest.mark.parametrize("with_attributes", [True, False], ids=["with .gitattributes", "without"])
def test_autocrlf(tiny: Learner, autocrlf: str, with_attributes: bool) -> None:
    """What the learner wrote stays as it lies there; what git stores has LF, as git was told."""
    write_home(f"[core]\n\tautocrlf = {autocrlf}\n\tsafecrlf = true\n")
    if not with_attributes:
        tiny.writes({".gitattributes": None})
        tiny.commits("no attributes")
        for path in tiny.git("ls-files", "-z").split("\0")[:-1]:
            (tiny.folder / path).unlink()
        tiny.git("checkout", "-q", "--", ".")
        assert (b"\r\n" in tiny.read("conduit/app.py")) is (autocrlf == "true")
    tiny.writes({"mine.txt": b"one\r\ntwo\r\n"})
    app, before = tiny.read("conduit/app.py"), tiny.standing()

    advanced = tiny.next()
    tiny.solve()

    assert advanced.written is not None and advanced.written.kept == ()
    assert tiny.read("mine.txt") == b"one\r\ntwo\r\n" and tiny.read("conduit/app.py") == app
    assert tiny.committed("mine.txt") == b"one\ntwo\n" and b"\r" not in tiny.committed("conduit/features.py")
    assert tiny.git("status", "--porcelain") == ""
    tiny.undo()
    tiny.undo()
    assert tiny.standing() == before


def test_a_global_ignore_file_hides_nothing_that_the_path_brings(tiny: Learner) -> None:
    home = write_home("[core]\n\texcludesFile = {home}/ignored\n")
    (home / "ignored").write_text("lessons/\ntests\n*.py\n*.secret\n")
    tiny.writes({"my.secret": "hidden", "conduit/mine.py": "hidden"})

    tiny.next()
    tiny.solve()

    listed = tiny.git("ls-files").splitlines()
    assert {"lessons/01-one.md", "tests/test_01_one.py", "conduit/one.py"} <= set(listed)
    assert "my.secret" not in listed and "conduit/mine.py" not in listed
    tiny.undo()
    tiny.undo()
    assert tiny.read("my.secret") == b"hidden" and tiny.read("conduit/mine.py") == b"hidden"


def test_filters_run_for_what_is_committed_and_never_for_what_is_kept(tiny: Learner) -> None:
    write_home('[filter "shout"]\n\tclean = tr a-z A-Z\n\tsmudge = tr A-Z a-z\n')
    tiny.writes({".gitattributes": "*.txt filter=shout\n", "mine.txt": "My Words\n"})

    tiny.next()

    assert tiny.read("mine.txt") == b"My Words\n" and tiny.committed("mine.txt") == b"MY WORDS\n"
    tiny.writes({"mine.txt": None})
    assert b"My Words\n" in tiny.reachable()


# -- the environment --------------------------------------------------------------------------------------------------


def test_variables_that_point_git_elsewhere_change_nothing(
    tiny: Learner, usual_way: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    subprocess.run(["git", "init", "-q", str(elsewhere)], check=True)
    before = read_tree(elsewhere / ".git")
    variables = {
        "GIT_DIR": str(elsewhere / ".git"),
        "GIT_WORK_TREE": str(elsewhere),
        "GIT_INDEX_FILE": str(elsewhere / "index"),
        "GIT_OBJECT_DIRECTORY": str(elsewhere / "objects"),
        "GIT_NAMESPACE": "other",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(elsewhere),
        "GIT_CONFIG_PARAMETERS": "'core.bare=true'",
        "GIT_LITERAL_PATHSPECS": "0",
        "GIT_GLOB_PATHSPECS": "1",
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_AUTHOR_DATE": "not a date",
        "GIT_TRACE": "1",
        "LANG": "de_DE.UTF-8",
        "LANGUAGE": "de:fr",
        "LC_MESSAGES": "de_DE.UTF-8",
        "TZ": "Pacific/Kiritimati",
    }
    with monkeypatch.context() as patched:
        for name, value in variables.items():
            patched.setenv(name, value)
        made = make_project(tmp_path / "site", TEMPLATES / "tiny")
        tiny.writes({"mine.py": "x = 1\n"})
        tiny.next()
        tiny.solve()

    assert path_ids(made) == path_ids(tiny)
    assert read_tree(elsewhere / ".git") == before
    assert tiny.log(3) == ["Solve 01 · One", "Start 01 · One", "Save the starter project"]


def test_without_an_identity_a_local_one_is_used(tiny: Learner) -> None:
    (Path(os.environ["HOME"]) / ".gitconfig").unlink()
    tiny.writes({"mine.txt": ""})

    tiny.next()

    assert tiny.git("log", "-2", "--format=%an %ae / %cn").splitlines() == [
        "starterkit starterkit@localhost / starterkit learner",
        "starterkit learner learner@localhost / starterkit learner",
    ]


@pytest.mark.parametrize("name", ["<>", "Zoë 👋", os.fsdecode(b"Zo\xeb"), "a\nb", "  ", "-x", "x <y> z"])
def test_an_odd_identity_is_no_obstacle(tiny: Learner, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", name)
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", name)
    tiny.writes({"mine.txt": ""})

    tiny.next()

    assert tiny.log(2) == ["Start 01 · One", "Save the starter project"]
    tiny.fsck()


# -- states of a repository -------------------------------------------------------------------------------------------


def detached(learner: Learner) -> None:
    learner.git("switch", "-q", "--detach")


def in_merge(learner: Learner) -> None:
    _two_versions(learner)
    learner.git("merge", "other", code=1)


def in_rebase(learner: Learner) -> None:
    _two_versions(learner)
    learner.git("rebase", "other", code=1)


def in_cherry_pick(learner: Learner) -> None:
    _two_versions(learner)
    learner.git("cherry-pick", "other", code=1)


def in_revert(learner: Learner) -> None:
    _two_versions(learner)
    learner.changes("conduit/app.py", "on main", "again")
    learner.commits()
    learner.git("revert", "HEAD~1", code=1)


def in_bisect(learner: Learner) -> None:
    learner.git("bisect", "start")


def _two_versions(learner: Learner) -> None:
    learner.git("switch", "-q", "-c", "other")
    learner.changes("conduit/app.py", "Hello", "on other")
    learner.commits()
    learner.git("switch", "-q", "main")
    learner.changes("conduit/app.py", "Hello", "on main")
    learner.commits()


@pytest.mark.parametrize("state", [detached, in_merge, in_rebase, in_cherry_pick, in_revert, in_bisect])
@pytest.mark.parametrize("command", ["next", "solve"])
def test_where_a_commit_would_be_out_of_place_nothing_is_changed(
    tiny: Learner, state: Callable[[Learner], None], command: str
) -> None:
    tiny.comes_to("01-one", solved=False)
    state(tiny)
    before, refs = tiny.standing(), tiny.git("for-each-ref")

    with pytest.raises(ConflictError) as stopped:
        getattr(tiny, command)()

    assert stopped.value.fix and "git " in stopped.value.fix
    assert tiny.standing() == before and tiny.git("for-each-ref") == refs


def test_a_linked_worktree_is_a_project_of_its_own(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    linked = Learner(tiny.folder.parent / "linked")
    tiny.git("worktree", "add", "-q", str(linked.folder))
    linked.writes({"mine.txt": "in the linked one", "tests/support.py": "edited"})
    before, main = linked.standing(), tiny.standing()

    linked.solve()
    linked.next()

    assert linked.state().step == "02-two" and tiny.standing() == main
    assert linked.git("status", "--porcelain") == ""
    linked.undo()
    linked.undo()
    assert linked.standing() == before
    tiny.solve()
    assert tiny.state().solved
    tiny.fsck()


def test_a_shallow_clone_works(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    tiny.writes({"mine.txt": "mine"})
    tiny.commits()
    tiny.git("config", "uploadpack.allowAnySHA1InWant", "true")
    shallow = Learner(tiny.folder.parent / "shallow")
    tiny.git("clone", "-q", "--depth=1", f"file://{tiny.folder}", str(shallow.folder))
    before = shallow.standing()

    shallow.solve()
    shallow.next()

    assert shallow.state().step == "02-two"
    shallow.undo()
    shallow.undo()
    assert shallow.standing() == before
    shallow.fsck()


def test_a_learner_may_rewrite_their_history(tiny: Learner) -> None:
    tiny.comes_to("01-one")
    tiny.writes({"mine.txt": "mine"})
    tiny.commits()
    tiny.git("checkout", "-q", "--orphan", "squashed")
    tiny.git("commit", "-q", "-m", "everything")
    tiny.git("branch", "-q", "-D", "main")
    tiny.git("reflog", "expire", "--expire=now", "--all")
    tiny.git("gc", "-q", "--prune=now")
    app = tiny.read("conduit/app.py")

    tiny.next()
    tiny.solve()

    assert tiny.log() == ["Solve 02 · Two", "Start 02 · Two", "everything"]
    assert tiny.read("mine.txt") == b"mine" and tiny.read("conduit/app.py") != app
    tiny.fsck()


def test_a_packed_and_collected_repository_works(tiny: Learner) -> None:
    tiny.next()
    tiny.undo()
    tiny.git("pack-refs", "--all")
    tiny.git("gc", "-q", "--prune=now", "--aggressive")

    tiny.redo()
    tiny.solve()

    assert tiny.state().solved


def test_what_an_undo_needs_survives_a_collection(tiny: Learner) -> None:
    tiny.writes({"tests/support.py": "edited", "mine.txt": "mine"})
    before = tiny.standing()
    tiny.next()
    after = tiny.standing()
    tiny.undo()
    tiny.git("reflog", "expire", "--expire=now", "--all")
    tiny.git("gc", "-q", "--prune=now")

    tiny.redo()
    assert tiny.standing() == after
    tiny.git("gc", "-q", "--prune=now")
    tiny.undo()
    assert tiny.standing() == before


# -- a clone without the path -----------------------------------------------------------------------------------------


def cloned(learner: Learner, name: str = "clone", *, push: bool = False) -> Learner:
    bare = learner.folder.parent / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(learner.folder), str(bare)], check=True)
    learner.git("remote", "add", "origin", str(bare))
    if push:
        learner.git("push", "-q", "origin", *PATH_IDS)
    clone = Learner(learner.folder.parent / name)
    subprocess.run(["git", "clone", "-q", f"file://{bare}", str(clone.folder)], check=True)
    assert clone.git("for-each-ref", "refs/starterkit/") == ""
    return clone


def test_the_path_is_fetched_from_the_remote(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    clone = cloned(tiny, push=True)

    clone.solve()

    assert clone.state().solved and path_ids(clone) == path_ids(tiny)
    refs = clone.git("for-each-ref", "--format=%(refname)", "refs/starterkit/").split()
    assert {ref for ref in refs if not ref.startswith("refs/starterkit/undo/")} == {
        *PATH_IDS,
        "refs/starterkit/scratch",
    }
    assert not (clone.folder / ".git/FETCH_HEAD").exists()


def test_the_path_is_rebuilt_by_the_installed_template(flask: Learner) -> None:
    flask.next()
    clone = cloned(flask)

    clone.solve()

    assert clone.state().solved and path_ids(clone) == path_ids(flask)
    refs = clone.git("for-each-ref", "--format=%(refname)", "refs/starterkit/").split()
    assert not [ref for ref in refs if "rebuilt" in ref]


def test_hostile_answers_are_rebuilt_to_the_same_ids(tmp_path: Path, generated: Callable[[str], Path]) -> None:
    from starterkit.template.bundled import bundled_template

    title = '"It\'s" {{ 7*7 }} {% raw %} \\n 👋 مرحبا #: - yes'
    learner = make_project(tmp_path / "site", bundled_template("flask")[0], site_title=title, author="no")
    clone = cloned(learner)

    clone.next()

    assert path_ids(clone) == path_ids(learner) != path_ids(Learner(generated("flask")))


def test_where_nothing_can_rebuild_the_path_the_version_is_named(tiny: Learner) -> None:
    """The tiny template is not among the installed ones."""
    tiny.comes_to("01-one", solved=False)
    clone = cloned(tiny)
    before = clone.standing()

    with pytest.raises(EnvironmentProblem) as stopped:
        clone.solve()

    version = clone.state().version
    assert stopped.value.code is ExitCode.ENVIRONMENT
    assert version in stopped.value.message and "git push origin refs/starterkit/path" in stopped.value.fix
    assert clone.standing() == before


def test_a_clone_whose_answers_were_edited_says_so(flask: Learner) -> None:
    flask.changes(".copier-answers.yml", "site_title: ", "site_title: Not ")
    flask.commits()
    clone = cloned(flask)

    with pytest.raises(EnvironmentProblem, match="answers"):
        clone.next()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"<<<<<<< HEAD\nsite_title: A\n=======\nsite_title: B\n>>>>>>> other\n", 1),
        (b"_src_path: x\nsite_title: [\n", 3),
        (b"_src_path: x\nsite_title: \xff\n", 2),
        (b"_src_path: x\nsite_title: {a: b}\n", 2),
        (b"", None),
    ],
)
def test_damaged_answers_are_named_with_their_line(flask: Learner, content: bytes, line: int | None) -> None:
    flask.writes({".copier-answers.yml": content})
    flask.commits()
    clone = cloned(flask)

    with pytest.raises(FileError) as stopped:
        clone.next()

    assert stopped.value.file == ".copier-answers.yml" and stopped.value.line == line
    assert "git checkout" in stopped.value.fix


def test_deleted_answers_are_named(flask: Learner) -> None:
    flask.writes({".copier-answers.yml": None})
    flask.commits()
    clone = cloned(flask)

    with pytest.raises(FileError, match=r"\.copier-answers\.yml"):
        clone.next()


def test_a_remote_that_does_not_answer_is_passed_over(flask: Learner) -> None:
    clone = cloned(flask)
    clone.git("remote", "set-url", "origin", "/nowhere/at/all.git")

    clone.next()

    assert clone.state().step == "01-first-page"


def test_the_path_ref_that_somebody_moved_is_put_back(tiny: Learner) -> None:
    ids = path_ids(tiny)
    for ref in PATH_IDS:
        tiny.git("update-ref", ref, "HEAD")

    tiny.next()

    assert path_ids(tiny) == ids


def test_requiring_a_path_that_is_here_costs_nothing_else(tiny: Learner) -> None:
    with project_module.open_project(tiny.folder) as project:
        require_path(project.repository, tiny.folder, project.state)


# -- the folder -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["with spaces", "größe", "日本 👋", "-dash", 'quote\'s "folder"', "two\nlines", "nel\x85"]
)
def test_a_project_in_an_odd_folder(tmp_path: Path, name: str) -> None:
    learner = make_project(tmp_path / name, TEMPLATES / "tiny")
    before = learner.standing()

    learner.next()
    learner.solve()
    learner.undo()
    learner.undo()

    assert learner.standing() == before


def test_a_project_behind_a_link(tiny: Learner) -> None:
    linked = Learner(tiny.folder.parent / "link to it")
    linked.folder.symlink_to(tiny.folder)

    linked.next()

    assert tiny.state().step == "01-one"


def test_commands_work_from_a_folder_inside(tiny: Learner) -> None:
    inside = Learner(tiny.folder / "conduit")

    inside.next()

    assert tiny.state().step == "01-one" and tiny.git("status", "--porcelain") == ""


def test_outside_a_project_how_to_begin_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no starterkit project"):
        project_module.open_project(tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        project_module.open_project(tmp_path / "nowhere")


def test_a_project_without_its_state_file_names_the_command_that_restores_it(tiny: Learner) -> None:
    folder, commit = tiny.folder, tiny.git("rev-parse", "--short", "HEAD").strip()
    (folder / ".starterkit.yml").unlink()
    with pytest.raises(project_module.StateFileMissing) as missing:
        project_module.open_project(folder)
    assert missing.value.fix == "Restore it: `git checkout HEAD -- .starterkit.yml`."
    tiny.commits("without the state")

    with pytest.raises(project_module.StateFileMissing) as missing:
        project_module.open_project(folder / "conduit")

    assert missing.value.fix == f"Restore it: `git -C {folder} checkout {commit} -- .starterkit.yml`."


def test_a_project_without_its_repository_is_told_from_one_inside_another(tiny: Learner, tmp_path: Path) -> None:
    around = Learner(tmp_path / "around")
    around.folder.mkdir()
    around.git("init", "-q")
    inner = copied(tiny.folder, around.folder / "inner")
    shutil.rmtree(inner / ".git")
    with pytest.raises(UsageError, match="has no git repository"):
        project_module.open_project(inner)

    shutil.rmtree(tiny.folder / ".git")
    with pytest.raises(UsageError, match="has no git repository"):
        project_module.open_project(tiny.folder)


def test_the_same_template_gives_the_same_ids_under_any_umask(tmp_path: Path, generated: Callable[[str], Path]) -> None:
    old = os.umask(0o077)
    try:
        learner = make_project(tmp_path / "site", TEMPLATES / "tiny")
    finally:
        os.umask(old)

    assert path_ids(learner) == path_ids(Learner(generated("tiny")))
    assert learner.tree()["manage.sh"].kind == "program"


def test_a_template_checked_out_with_crlf_gives_the_same_ids(tmp_path: Path, generated: Callable[[str], Path]) -> None:
    template = copied(TEMPLATES / "tiny", tmp_path / "template" / "tiny")
    for file in template.rglob("*"):
        if file.is_file() and file.suffix != ".bin":
            mode = file.stat().st_mode
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
            file.chmod(mode)

    learner = make_project(tmp_path / "site", template)

    assert path_ids(learner) == path_ids(Learner(generated("tiny")))
    order = new.ProjectSpec(tmp_path / "b", template, read_template(FolderSource(template)), {}, install=False)
    assert new.create(order, no_progress).state.path == learner.state().path
