"""`template open` and `template save`: a path as a git repository, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from starterkit.authoring.open import open_template
from starterkit.authoring.save import save_template
from starterkit.errors import ConflictError, FileError, StarterkitError, UsageError
from starterkit.project.layers import read_folder
from starterkit.render import render, rendered_with_defaults
from starterkit.template.bundled import bundled_folder, bundled_names, skeleton_folder
from tests.support.authors import Author, tiny_template, tree_of


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny template and its opened path, made once."""
    place = tmp_path_factory.mktemp("stock")
    open_template(tiny_template(place / "tiny"), place / "path")
    return place


@pytest.fixture
def template(stock: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stock / "tiny", tmp_path / "tiny")


@pytest.fixture
def author(stock: Path, template: Path, tmp_path: Path) -> Author:
    """An author who has opened the template."""
    path = shutil.copytree(stock / "path", tmp_path / "path")
    record = path / ".git/starterkit/opened.json"
    record.write_text(record.read_text().replace(str(stock / "tiny"), str(template)))
    return Author(path)


def subjects(author: Author) -> list[str]:
    return author.git("log", "--reverse", "--format=%s").splitlines()


def test_a_path_is_one_commit_for_base_each_given_and_each_solution(author: Author) -> None:
    assert subjects(author) == ["base", "given 01-one", "solution 01-one", "given 02-two", "solution 02-two"]
    assert author.git("status", "--porcelain") == ""
    changes = author.git("show", "--format=", "--name-status", "HEAD").splitlines()
    assert sorted(changes) == ["A\tproject/conduit/two.py", "D\tproject/conduit/old.py", "M\tproject/manage.sh"]


def test_the_project_runs_where_it_was_opened(author: Author) -> None:
    assert (author.folder / "project/README.md").read_text() == "# A site\n"
    assert (author.folder / "project/README.md.jinja").read_text() == "# {{ site_title }}\n"


@pytest.mark.parametrize("own", ["", "{{ _copier_conf.os }}", "{% if site_title %}x{% endif %}"])
def test_what_is_rendered_for_an_author_is_what_a_learner_gets(own: str, tmp_path: Path) -> None:
    folders = [tiny_template(tmp_path / "tiny"), skeleton_folder("python")]
    folders += [bundled_folder() / name for name in bundled_names()]
    (folders[0] / "project/more.txt.jinja").write_text(f"{own}\n")

    for folder in folders:
        whole = render(folder, {}, read_folder).files
        for name, file in rendered_with_defaults(folder, read_folder).items():
            assert whole[name] == file


def test_the_same_template_opens_as_the_same_commits(template: Path, author: Author, tmp_path: Path) -> None:
    open_template(template, tmp_path / "again")

    assert Author(tmp_path / "again").git("rev-parse", "HEAD") == author.git("rev-parse", "HEAD")


def test_open_then_save_changes_nothing(template: Path, author: Author) -> None:
    before = tree_of(template)

    saved = save_template(author.folder)

    assert not saved.is_change
    assert tree_of(template) == before


@pytest.mark.parametrize("name", bundled_names())
def test_open_then_save_of_a_bundled_template_changes_nothing(name: str, tmp_path: Path) -> None:
    template = tmp_path / name
    shutil.copytree(bundled_folder() / name, template)
    before = tree_of(template)
    open_template(template, tmp_path / "path")

    assert not save_template(tmp_path / "path").is_change
    (template / "path.yml").write_bytes(b"damaged")
    saved = save_template(tmp_path / "path", force=True)

    assert saved.changed == ("path.yml",)
    assert tree_of(template) == before


def test_a_change_in_an_early_step_flows_into_all_later_ones(template: Path, author: Author) -> None:
    author.write("project/conduit/shared.py", "SHARED = 1\n")
    author.fix("base")
    author.git("checkout", "-q", "main")
    author.write("project/conduit/one.py", "NAME = 'better'\n")
    author.fix("solution 01-one")

    saved = save_template(author.folder)

    assert saved.added == ("project/conduit/shared.py",)
    assert saved.changed == ("steps/01-one/solution/conduit/one.py",)
    assert (template / "README.md").is_file()
    assert not save_template(author.folder).is_change


def test_only_what_differs_from_the_layer_below_is_written(template: Path, author: Author) -> None:
    author.write("project/manage.sh", "#!/bin/sh\necho one\n")  # what solution 01 has already
    author.fix("solution 02-two")

    assert save_template(author.folder).removed == ("steps/02-two/solution/manage.sh",)


def test_removing_a_file_is_kept_in_step_yml_and_the_rest_of_its_text_stays(template: Path, author: Author) -> None:
    author.git("rm", "-q", "project/conduit/crlf.txt")
    author.fix("solution 02-two")
    old = (template / "steps/02-two/step.yml").read_text()

    saved = save_template(author.folder)

    assert saved.changed == ("steps/02-two/step.yml",)
    new = (template / "steps/02-two/step.yml").read_text()
    assert new == old + "    - conduit/crlf.txt\n"


def test_a_step_can_be_added(template: Path, author: Author) -> None:
    for name in ("step.yml", "lesson.md"):
        text = (template / "steps/01-one" / name).read_text().replace("test_one", "test_three")
        author.write(f"steps/03-three/{name}", text)
    author.write("project/tests/test_03_three.py", "def test_three():\n    assert False\n")
    author.commit("given 03-three")
    author.write("project/conduit/three.py", "NAME = 3\n")
    author.commit("solution 03-three\n\nWhy it is so: the author's own words.")

    saved = save_template(author.folder)

    assert saved.added == (
        "steps/03-three/given/tests/test_03_three.py",
        "steps/03-three/lesson.md",
        "steps/03-three/solution/conduit/three.py",
        "steps/03-three/step.yml",
    )
    assert not saved.changed and not saved.removed


def test_a_step_can_be_renamed(template: Path, author: Author) -> None:
    author.git("reset", "-q", "--soft", "HEAD~2")
    author.git("mv", "steps/02-two", "steps/02-second")
    for path, subject in (("steps", "given 02-second"), ("project/tests", ""), ("project", "solution 02-second")):
        author.git("reset", "-q")
        author.git("add", "-A", path)
        amend = ["--amend", "--no-edit"] if not subject else ["-m", subject]
        author.git("commit", "-q", *amend)

    saved = save_template(author.folder)

    assert sorted(path.name for path in (template / "steps").iterdir()) == ["01-one", "02-second"]
    assert not saved.changed
    assert {name.replace("02-second", "02-two") for name in saved.added} == set(saved.removed)


def test_a_step_can_be_dropped(template: Path, author: Author) -> None:
    author.git("reset", "-q", "--hard", "HEAD~2")

    save_template(author.folder)

    assert not (template / "steps/02-two").exists()


def test_steps_in_another_order_are_refused_and_then_renumbered(template: Path, tmp_path: Path) -> None:
    for name in ("01-one", "02-two"):  # what the two both change could not change places
        (template / "steps" / name / "solution/manage.sh").unlink()
    open_template(template, tmp_path / "path")
    author = Author(tmp_path / "path")
    author.reorder(
        "pick base", "pick given 02-two", "pick solution 02-two", "pick given 01-one", "pick solution 01-one"
    )
    with pytest.raises(
        UsageError, match=r'"given 02-two" has the number 02, but by its position it is step 01'
    ) as refused:
        save_template(author.folder)
    assert "--renumber" in refused.value.fix

    saved = save_template(author.folder, renumber=True)

    assert saved.renumbered == {"02-two": "01-two", "01-one": "02-one"}
    assert sorted(path.name for path in (template / "steps").iterdir()) == ["01-two", "02-one"]
    assert (template / "steps/01-two/given/tests/test_01_two.py").is_file()
    assert (template / "steps/02-one/lesson.md").read_text().startswith("# 02 · One\n")
    assert [mention.file for mention in saved.mentions if mention.text == "In 02, more."] == [
        "steps/01-two/lesson.md",
        "steps/02-one/lesson.md",
    ]


def history(author: Author, problem: str) -> None:
    """Bring the history into a state that makes no path."""
    match problem:
        case "missing solution":
            author.git("reset", "-q", "--hard", "HEAD~1")
        case "missing given":
            author.reorder(
                "pick base", "pick given 01-one", "pick solution 01-one", "fixup given 02-two", "pick solution 02-two"
            )
        case "no base":
            author.reorder("pick base", "pick given 01-one")
            author.git("commit", "-q", "--amend", "-m", "given 01-one")
            author.git(
                "update-ref", "refs/heads/main", author.git("commit-tree", "HEAD^{tree}", "-m", "given 01-one").strip()
            )
        case "doubled":
            author.write("project/conduit/two.py", "NAME = 2\n")
            author.commit("solution 02-two")
        case "a commit of no layer":
            author.write("project/conduit/two.py", "NAME = 2\n")
            author.commit("Correct a typo")
        case "a fixup that is not folded in":
            author.write("project/conduit/two.py", "NAME = 2\n")
            author.commit("fixup! solution 02-two")
        case "a merge":
            author.git("branch", "side", "HEAD~1")
            author.git("checkout", "-q", "side")
            author.commit("given 09-side")
            author.git("checkout", "-q", "main")
            author.git("merge", "-q", "--no-edit", "side")
        case "given after its solution":
            author.git("commit", "-q", "--amend", "-m", "given 02-two")
            author.reorder("pick base", "pick given 01-one", "pick solution 01-one")
            author.commit("solution 02-two")
            author.commit("given 02-two")
        case "a subject in other letters":
            author.git("commit", "-q", "--amend", "-m", "Solution 02-two")
        case "conflict markers":
            author.write("project/conduit/two.py", "<<<<<<< mine\n1\n=======\n2\n>>>>>>> theirs\n")
            author.fix("solution 02-two")
        case "a rendered file":
            author.write("project/README.md.jinja", "# Other\n")
            author.fix("solution 02-two")
        case "a link":
            (author.folder / "project/link").symlink_to("conduit")
            author.fix("given 02-two")
        case "a lesson in its place":
            author.write("project/lessons/02-two.md", "# 02\n")
            author.fix("given 02-two")
        case "a foreign file":
            author.write("notes.txt", "mine\n")
            author.fix("base")
        case "a step without its texts":
            author.git("rm", "-q", "steps/02-two/step.yml")
            author.fix("given 02-two")
        case "a step's folder of another name":
            author.git("mv", "steps/02-two", "steps/02-second")
            author.fix("given 02-two")
        case "a step.yml that cannot be read":
            author.write("steps/02-two/step.yml", "title: Two\nsumary: x\n")
            author.fix("given 02-two")


CASES = {
    "missing solution": r'The commit "solution 02-two" is missing after commit \w{10} "given 02-two"',
    "missing given": r'"solution 02-two" must come directly after .* "given 02-two", but that commit is missing',
    "no base": r'"given 01-one" is the first commit, but the commit "base" must be first',
    "doubled": r'Commit \w{10} "solution 02-two" has the same subject as commit \w{10}',
    "a commit of no layer": r'Commit \w{10} "Correct a typo" has a subject that starterkit doesn\'t know',
    "a fixup that is not folded in": r'"fixup! solution 02-two" is a correction of an earlier commit',
    "a merge": r"is a merge commit. A learning path can't contain merge commits",
    "given after its solution": r'"solution 02-two" must come directly after .*, but that commit comes later',
    "a subject in other letters": r'"Solution 02-two" has a subject that',
    "conflict markers": r'project/conduit/two.py:1 in commit \w{10} "solution 02-two": the file has conflict markers',
    "a rendered file": r'project/README.md.jinja in commit \w{10} "solution 02-two": a step can\'t change',
    "a link": r'project/link in commit \w{10} "given 02-two": a template can\'t contain links',
    "a lesson in its place": r"project/lessons/02-two.md in commit .* starterkit creates the lessons",
    "a foreign file": r"notes.txt can't be saved",
    "a step without its texts": r'"given 02-two" doesn\'t contain the file .*steps/02-two/step.yml',
    "a step's folder of another name": r'belongs to the step "02-second", but the commit "given 02-second" is missing',
    "a step.yml that cannot be read": r'step.yml:2: unknown key "sumary"',
}


@pytest.mark.parametrize("problem", CASES)
def test_what_makes_no_path_is_refused_and_nothing_is_written(problem: str, template: Path, author: Author) -> None:
    before = tree_of(template)
    history(author, problem)

    with pytest.raises((UsageError, FileError), match=CASES[problem]) as refused:
        save_template(author.folder)

    assert refused.value.fix
    assert tree_of(template) == before


def test_a_rebase_under_way_is_refused(author: Author) -> None:
    author.write("project/manage.sh", "other\n")
    author.git("add", "-A")
    author.git("commit", "-q", "--fixup", ":/^base")
    author.git("-c", "sequence.editor=:", "rebase", "-q", "-i", "--autosquash", "--root", check=False)

    with pytest.raises(ConflictError, match="in the middle of a rebase"):
        save_template(author.folder)


@pytest.mark.parametrize("name", ["project/conduit/one.py", "project/conduit/new.py"])
def test_what_is_not_committed_is_not_forgotten(author: Author, name: str) -> None:
    author.write(name, "NEW = 1\n")

    with pytest.raises(ConflictError, match=name):
        save_template(author.folder)


def test_a_template_that_was_changed_meanwhile_is_not_overwritten(template: Path, author: Author) -> None:
    (template / "project/conduit/one-more.py").write_text("")
    author.write("project/conduit/two.py", "NAME = 2\n")
    author.fix("solution 02-two")

    with pytest.raises(ConflictError, match=r"changed after you opened it: project/conduit/one-more.py"):
        save_template(author.folder)
    assert save_template(author.folder, force=True).removed == ("project/conduit/one-more.py",)


def test_a_path_can_be_saved_elsewhere(template: Path, author: Author, tmp_path: Path) -> None:
    saved = save_template(author.folder, to=tmp_path / "copy")

    assert saved.template == tmp_path / "copy"
    without_readme = {name: file for name, file in tree_of(template).items() if name != "README.md"}
    saved_files = tree_of(tmp_path / "copy")
    assert saved_files.pop("project/conduit/crlf.txt")[1] == b"one\ntwo\n"
    without_readme.pop("project/conduit/crlf.txt")
    assert saved_files == without_readme
    with pytest.raises(UsageError, match="is not a template"):
        save_template(author.folder, to=tmp_path)


def test_a_clone_of_a_path_says_where_it_would_save(author: Author, template: Path, tmp_path: Path) -> None:
    author.git("clone", "-q", ".", str(tmp_path / "clone"))

    with pytest.raises(UsageError, match="doesn't know which template") as refused:
        save_template(tmp_path / "clone")
    assert "--to" in refused.value.fix
    assert not save_template(tmp_path / "clone", to=template).is_change


def test_a_destination_in_use_is_refused(template: Path, author: Author, tmp_path: Path) -> None:
    with pytest.raises(StarterkitError, match="not empty"):
        open_template(template, author.folder)


def test_a_template_in_a_repository_of_its_own_keeps_its_git(template: Path, author: Author) -> None:
    own = Author(template)
    own.git("init", "-q")
    own.commit("The template")
    author.write("project/conduit/two.py", "NAME = 2\n")
    author.fix("solution 02-two")

    save_template(author.folder)

    assert own.git("status", "--porcelain") == " M steps/02-two/solution/conduit/two.py\n"
