"""No text and no code installs starterkit by a name on PyPI that its maintainers do not own.

`starterkit` belongs to another project. `starterkit-learn` is named only when IS_ON_PYPI says so.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from starterkit import DISTRIBUTION, IS_ON_PYPI, WHEEL_NAME, install_text, wheel_file
from starterkit.cli.console import invocation, uvx
from starterkit.cli.console.invocation import Invocation
from starterkit.runtime.bundle import BundledFile, BundleManifest
from starterkit.workshop.bundle.readme import readme
from tests.support.commands import starterkit
from tests.support.registries import Registry

ROOT = Path(__file__).parents[1]
WHEEL = "starterkit_learn-0.1.0-py3-none-any.whl"
FOLDERS = ("src", "docs", "templates", "skeletons", ".ci", ".github")
INSTALLER = re.compile(
    r"\b(?:pip[\d.]*|uv pip|conda|mamba|pipx|uv tool)\s+(?:install|download|wheel|run|upgrade|inject)\b"
    r"|\buvx(?=\s)|\b(?:uv|poetry|pdm|hatch) add\b|--from\b|--with\b|\buv run --with\b"
)
PACKAGE = re.compile(r"""["'(]*starterkit(?P<learn>[-_.]learn)?(?:\[[\w, -]*\])?(?:[=<>~!@ ]=?[^/\\]*)?["'),.;]*""")
# Here `starterkit-learn` is the command: the package comes from the folder.
FROM_CLONE = re.compile(r"\buvx --from (?:\.{1,2}(?:/\S*)?|/\S+) starterkit-learn\b")
VERBS = {"install", "download", "wheel", "run", "add", "upgrade", "inject", "--from", "--with", "uvx"}


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file that users get, with its text."""
    files = [*ROOT.glob("*.md"), *(file for name in FOLDERS for file in (ROOT / name).rglob("*") if file.is_file())]
    for file in files:
        if "__pycache__" in file.parts or "node_modules" in file.parts:
            continue
        try:
            yield file.relative_to(ROOT), file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def typed_installs(text: str, *, is_on_pypi: bool = False) -> Iterator[str]:
    """The commands in a text that install starterkit by a name; `is_on_pypi` allows the distribution's own."""
    for command in re.split(r"[`;|]|&&|\n(?![ \t]*\S*\\)", text.replace("\\\n", " ")):
        words = FROM_CLONE.sub("", command)
        installer = INSTALLER.search(words)
        named = map(PACKAGE.fullmatch, words[installer.end() :].split()) if installer else ()
        if any(found and not (is_on_pypi and found["learn"]) for found in named):
            yield command.strip()


def started_installs(source: str) -> Iterator[str]:
    """The argument lists in a module that install a package called starterkit."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.List, ast.Tuple)):
            words = [_word(element) for element in node.elts]
            if VERBS & set(words) and any(PACKAGE.fullmatch(word) for word in words):
                yield ast.unparse(node)
        elif re.match(r"starterkit([-_.]learn)?(\[[\w, -]*\])?\s*(==|>=|~=|@ )", _word(node)):
            yield ast.unparse(node)


def _word(node: ast.AST) -> str:
    """What a word of an argument list begins with."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_word, node.values))
    if isinstance(node, (ast.Name, ast.Attribute)):
        names = {"NAME": "starterkit", "DISTRIBUTION": "starterkit-learn"}
        return names.get(node.id if isinstance(node, ast.Name) else node.attr, "")
    if isinstance(node, ast.FormattedValue):
        return _word(node.value) or "0"
    return str(node.value) if isinstance(node, ast.Constant) else ""


def disagreements(found: dict[Path, str], *, is_on_pypi: bool) -> list[str]:
    """What in these texts does not agree with the constant, which says whether the distribution is on PyPI."""
    wrong = [
        f"{file}: {command}" for file, text in found.items() for command in typed_installs(text, is_on_pypi=is_on_pypi)
    ]
    if is_on_pypi and not list(typed_installs(found[Path("README.md")])):
        wrong.append("README.md: starterkit-learn is on PyPI, and no command installs it from there")
    return wrong


def test_no_text_installs_a_package_that_is_not_ours() -> None:
    assert disagreements(dict(texts()), is_on_pypi=IS_ON_PYPI) == []
    assert list(typed_installs(install_text(), is_on_pypi=IS_ON_PYPI)) == []


@pytest.mark.parametrize(
    ("readme_text", "is_on_pypi", "agrees"),
    [
        ("`pip install .`, or `uvx --from . starterkit-learn new my-site`", False, True),
        ("`pip install .`, or `uvx --from . starterkit-learn new my-site`", True, False),
        ("`uvx starterkit-learn new my-site`", False, False),
        ("`uvx starterkit-learn new my-site`", True, True),
        ("`pip install starterkit-learn` or `pip install starterkit`", True, False),
    ],
)
def test_the_texts_agree_with_the_constant(readme_text: str, *, is_on_pypi: bool, agrees: bool) -> None:
    assert (disagreements({Path("README.md"): readme_text}, is_on_pypi=is_on_pypi) == []) is agrees


def test_the_tool_names_the_distribution_only_when_it_is_on_pypi() -> None:
    assert "`pip install .`" in install_text(is_on_pypi=False)
    assert f"`pip install {DISTRIBUTION}`" in install_text(is_on_pypi=True)


def test_every_place_knows_the_same_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["name"] == DISTRIBUTION
    assert set(project["scripts"]) == {"starterkit", DISTRIBUTION}
    assert DISTRIBUTION.replace("-", "_") == WHEEL_NAME
    assert wheel_file("0.1.0") == WHEEL


@pytest.mark.parametrize(
    ("url", "is_on_pypi", "program"),
    [
        ("file:///srv/my%20clone", False, "uvx --from '/srv/my clone' starterkit-learn"),
        ("https://example.org/wheel.whl", False, "/uvx/bin/starterkit"),
        (None, False, "/uvx/bin/starterkit"),
        (None, True, "uvx starterkit-learn"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the paths are POSIX")
def test_started_by_uvx_it_names_commands_that_can_be_typed_later(
    monkeypatch: pytest.MonkeyPatch, url: str | None, *, is_on_pypi: bool, program: str
) -> None:
    """uvx puts its environment on PATH, so `starterkit` alone would work only while uvx runs."""
    source = None if url is None else json.dumps({"url": url})
    monkeypatch.setattr(uvx, "distribution", lambda _: SimpleNamespace(read_text=lambda _: source))
    monkeypatch.setattr(uvx, "IS_ON_PYPI", is_on_pypi)
    monkeypatch.setattr(invocation, "_script", lambda: Path("/uvx/bin/starterkit"))
    monkeypatch.setattr("sys.executable", "/uvx/bin/python")
    monkeypatch.setenv("PATH", "/uvx/bin", prepend=os.pathsep)
    monkeypatch.setenv("UV", "/bin/uv")

    assert Invocation.of_this_process().program == program


def test_no_argument_list_installs_a_package_by_name() -> None:
    modules = [(file, text) for file, text in texts() if file.suffix == ".py" and file.parts[0] == "src"]

    assert len(modules) > 100
    assert [f"{file}: {found}" for file, text in modules for found in started_installs(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "pip install starterkit",
        "`python -m pip install -q 'starterkit[similar]'`",
        "uv tool run starterkit==0.0.9 status",
        "uvx --from starterkit==0.0.9 starterkit",
        "pipx install starterkit.",
        "      - run: pip install starterkit\n",
        "python -m pip install \\\n    starterkit>=1",
        "uvx starterkit-learn new my-site",
        "pip install 'starterkit-learn[similar]'",
        "pip install starterkit_learn",
        "uvx --from . --with starterkit-learn python",
    ],
)
def test_the_scan_of_texts_finds_an_install(text: str) -> None:
    assert list(typed_installs(text))


@pytest.mark.parametrize(
    "source",
    [
        'run([uv, "tool", "run", "--from", f"starterkit=={version}", "starterkit"])',
        'run(("pip", "install", "starterkit"))',
        'run([*pip, "install", NAME])',
        'words = ["pip"]; words.append(f"starterkit=={version}")',
        'run(["pip", "install", starterkit.DISTRIBUTION])',
        'run(["uvx", f"{DISTRIBUTION}=={version}"])',
    ],
)
def test_the_scan_of_argument_lists_finds_an_install(source: str) -> None:
    assert list(started_installs(source))


@pytest.mark.parametrize(
    "text",
    [
        "pip install . && starterkit next",
        "In your clone of starterkit: `pip install .`",
        "uvx --from . starterkit-learn new my-site",
        "uvx --from ../starterkit starterkit-learn next",
        f"pip install {WHEEL}",
    ],
)
def test_the_scan_of_texts_accepts_an_install_from_a_clone(text: str) -> None:
    assert not list(typed_installs(text))


def test_a_clone_without_its_path_names_the_version_and_downloads_nothing(tmp_path: Path) -> None:
    """`.starterkit.yml` comes from anybody, so the version in it must not decide what runs here."""
    starterkit("new", "site", "-f", "flask", "--defaults", "--no-install", cwd=tmp_path)
    site, registry = tmp_path / "site", Registry()
    shutil.rmtree(site / ".git" / "refs" / "starterkit")
    state = (site / ".starterkit.yml").read_text()
    state = re.sub(r"^version: .*$", 'version: "9.8.7"', state, flags=re.MULTILINE)
    (site / ".starterkit.yml").write_text(
        re.sub(r"^(path|texts): .*$", rf'\1: "{"1" * 40}"', state, flags=re.MULTILINE)
    )
    before = sorted(file for file in site.rglob("*") if ".git" not in file.parts)

    ran = starterkit("status", cwd=site, code=4, env={"UV_DEFAULT_INDEX": registry.url, "UV_INDEX_URL": registry.url})
    registry.stop()

    assert registry.asked == []
    assert "9.8.7" in ran.err and "`pip install .`" in ran.err
    assert sorted(file for file in site.rglob("*") if ".git" not in file.parts) == before


def test_the_readme_of_a_bundle_names_the_wheel_file() -> None:
    files = tuple(BundledFile(f"wheels/{name}", 1, "") for name in (WHEEL, "pip-25.0-py3-none-any.whl"))
    contents = BundleManifest(
        "0.1.0", "today", ("flask",), ("linux-x86_64", "windows-x86_64"), ("3.12",), "", "", files
    )

    text = readme(contents).decode()

    installs = [line.strip() for line in text.splitlines() if " install " in line]
    assert len(installs) == 3
    assert all(
        f"--no-index --find-links BUNDLE{slash}wheels BUNDLE{slash}wheels{slash}{WHEEL}" in line
        for line, slash in zip(installs, "//\\", strict=True)
    )
    assert list(typed_installs(text)) == []
