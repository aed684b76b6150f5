"""Templates from elsewhere: a folder or a git address; what they may run, and how a project finds them again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from starterkit.errors import EnvironmentProblem, FileError, StarterkitError, UsageError
from starterkit.git.clone import GitUrl, parse_git_url
from starterkit.project.new import ProjectSpec, create
from starterkit.project.project import open_project
from starterkit.render import check_runs_no_code
from starterkit.template.resolve import ResolvedTemplate, locate_template
from tests.support.authors import Author, tiny_template

pytestmark = pytest.mark.slow

DEEPER = "templates/tiny"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return tiny_template(tmp_path / "tiny")


@pytest.fixture
def repository(tmp_path: Path) -> Author:
    """A repository elsewhere: the template at its top in v1, in a folder in v2."""
    author = Author(tiny_template(tmp_path / "elsewhere"))
    author.git("init", "-q", "--initial-branch=main")
    author.commit("The template")
    author.git("tag", "v1")
    (author.folder / DEEPER).parent.mkdir()
    tiny_template(author.folder / DEEPER)
    for name in ("path.yml", "copier.yml", "README.md", "project", "steps"):
        author.git("rm", "-q", "-r", name)
    author.commit("Move it")
    return author


def order(found: ResolvedTemplate, destination: Path, **more: bool) -> ProjectSpec:
    return ProjectSpec(destination, found.folder, found.template, {}, install=False, source=found.source, **more)


def say(line: str) -> None:
    """Nobody listens."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("https://example.org/a/b.git", GitUrl("https://example.org/a/b.git")),
        ("https://example.org/a/b@v1.2", GitUrl("https://example.org/a/b", "v1.2")),
        (
            "https://example.org:8080/a/b.git@feature/x#deep/er",
            GitUrl("https://example.org:8080/a/b.git", "feature/x", "deep/er"),
        ),
        ("https://user:secret@example.org/a", GitUrl("https://user:secret@example.org/a")),
        ("git@example.org:a/b.git@v1", GitUrl("git@example.org:a/b.git", "v1")),
        ("file:///home/ada/b#x", GitUrl("file:///home/ada/b", "", "x")),
        *((words, None) for words in ("flask", "../flask", "/home/ada/flask", "a@b", "C:/x")),
    ],
)
def test_an_address_is_told_from_a_folder(words: str, expected: GitUrl | None) -> None:
    assert parse_git_url(words) == expected


@pytest.mark.parametrize("words", ["ext::sh -c 'touch x'", "ext::sh://x", "--upload-pack=touch x"])
def test_what_would_make_git_run_a_program_is_no_address(words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        locate_template(words, tmp_path, tmp_path / "store")


@pytest.mark.parametrize("words", ["ext://sh", "foo://x/y", "https://example.org/a@-x", "https://example.org/a#../b"])
def test_an_address_that_cannot_be_right_is_refused(words: str) -> None:
    with pytest.raises(UsageError):
        parse_git_url(words)


def test_a_folder_is_recorded_by_its_name_and_never_by_its_place(template: Path, tmp_path: Path) -> None:
    found = locate_template("./tiny", tmp_path, tmp_path / "store")

    made = create(order(found, tmp_path / "site"), say)

    assert (found.folder, found.is_bundled) == (template, False)
    assert made.state.template == "folder:tiny"
    texts = [(tmp_path / "site" / name).read_text() for name in (".starterkit.yml", ".copier-answers.yml")]
    assert not any(str(tmp_path) in text for text in texts)


def test_a_git_address_is_fetched_at_its_tag_and_recorded_by_its_commit(repository: Author, tmp_path: Path) -> None:
    address = repository.folder.as_uri()

    at_tag = locate_template(f"{address}@v1", tmp_path, tmp_path / "store")
    newest = locate_template(f"{address}#{DEEPER}", tmp_path, tmp_path / "store")

    first, last = (repository.git("rev-parse", f"{name}^{{commit}}").strip() for name in ("v1", "HEAD"))
    assert at_tag.source == f"{address}@{first}"
    assert newest.source == f"{address}@{last}#{DEEPER}"
    again = locate_template(at_tag.source, tmp_path, tmp_path / "store")
    assert again.folder == at_tag.folder
    short = locate_template(f"{address}@{first[:8]}", tmp_path, tmp_path / "store")
    assert short.source == at_tag.source


def test_an_address_without_a_template_names_those_in_it(repository: Author, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a template") as refused:
        locate_template(repository.folder.as_uri(), tmp_path, tmp_path / "store")
    assert f"#{DEEPER}" in refused.value.fix


def test_an_unknown_revision_and_an_unreachable_address_are_told_apart(repository: Author, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='Unknown tag, branch or commit "v9"'):
        locate_template(f"{repository.folder.as_uri()}@v9", tmp_path, tmp_path / "store")
    with pytest.raises(EnvironmentProblem, match="could not fetch"):
        locate_template((tmp_path / "gone").as_uri(), tmp_path, tmp_path / "store")


def test_a_password_in_an_address_is_never_recorded_or_shown(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem) as refused:
        locate_template("http://ada:secret@127.0.0.1:9/a.git", tmp_path, tmp_path / "store")

    assert "secret" not in str(refused.value)
    assert str(GitUrl("https://ada:secret@example.org/a").at("0" * 40)) == f"https://example.org/a@{'0' * 40}"


def test_a_repository_with_a_link_is_refused(repository: Author, tmp_path: Path) -> None:
    (repository.folder / "link").symlink_to("/etc/passwd")
    repository.commit("A link")

    with pytest.raises(FileError, match="can't contain links"):
        locate_template(f"{repository.folder.as_uri()}#{DEEPER}", tmp_path, tmp_path / "store")
    assert not list((tmp_path / "store").rglob("link"))


def test_a_fresh_clone_rebuilds_its_path_from_the_address(repository: Author, tmp_path: Path) -> None:
    found = locate_template(f"{repository.folder.as_uri()}@v1", tmp_path, tmp_path / "store")
    create(order(found, tmp_path / "site"), say)
    clone = _clone_without_path(tmp_path / "site", tmp_path / "clone")

    with open_project(clone) as project:
        assert project.template.step_names == ("01-one", "02-two")


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_fresh_clone_says_what_is_needed_where_the_template_is_gone(
    template: Path, repository: Author, tmp_path: Path, is_folder: bool
) -> None:
    words = str(template) if is_folder else f"{repository.folder.as_uri()}@v1"
    create(order(locate_template(words, tmp_path, tmp_path / "store"), tmp_path / "site"), say)
    repository.folder.rename(tmp_path / "moved")
    clone = _clone_without_path(tmp_path / "site", tmp_path / "clone")

    with (
        open_project(clone) as project,
        pytest.raises(EnvironmentProblem, match="doesn't have the project's learning path") as refused,
    ):
        _ = project.template
    assert ('the folder "tiny"' if is_folder else "elsewhere@") in refused.value.message
    assert "git push origin refs/starterkit/path" in refused.value.fix


def _clone_without_path(site: Path, clone: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "--no-local", str(site), str(clone)], check=True)
    subprocess.run(["git", "remote", "remove", "origin"], cwd=clone, check=True)
    return clone


CODE = {
    "_tasks": "_tasks: ['touch ran']\n",
    "_jinja_extensions": "_jinja_extensions: [ran.Extension]\n",
    "_migrations": "_migrations: [{command: 'touch ran'}]\n",
}


@pytest.mark.parametrize("setting", CODE)
def test_a_template_that_would_run_code_while_it_is_rendered_is_refused(
    setting: str, template: Path, tmp_path: Path
) -> None:
    text = (template / "copier.yml").read_text()
    (template / "copier.yml").write_text(text + CODE[setting])
    found = locate_template(str(template), tmp_path, tmp_path / "store")

    with pytest.raises(FileError, match=rf"copier.yml:{len(text.splitlines()) + 1}: the setting {setting}") as refused:
        create(order(found, tmp_path / "site"), say)
    assert "--trust" in refused.value.fix
    assert not (tmp_path / "site").exists()


def test_its_code_runs_where_it_is_trusted(template: Path, tmp_path: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write(CODE["_tasks"])
    found = locate_template(str(template), tmp_path, tmp_path / "store")

    create(order(found, tmp_path / "site", trusted=True), say)

    assert (tmp_path / "site/ran").is_file()
    assert (tmp_path / "site/README.md").read_text() == "# A site\n"


def test_empty_lists_run_nothing(template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write("_tasks: []\n_jinja_extensions: []\n")

    check_runs_no_code(template)


def test_installing_a_strangers_template_asks_for_trust(template: Path, tmp_path: Path) -> None:
    found = locate_template(str(template), tmp_path, tmp_path / "store")
    wanted = ProjectSpec(tmp_path / "site", found.folder, found.template, {}, source=found.source)

    with pytest.raises(UsageError, match="run the template's code on this machine") as refused:
        create(wanted, say)
    assert "--trust" in refused.value.fix and "--no-install" in refused.value.fix
    assert not (tmp_path / "site").exists()


def test_a_name_that_is_nothing_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(StarterkitError, match="not a folder, a git URL") as refused:
        locate_template("flsk", tmp_path, tmp_path / "store")
    assert '"flask"' in refused.value.fix
