"""On PyPI, the name of starterkit belongs to somebody else: nothing here installs a package by that name."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import starterkit
from registries import Registry

from starterkit.runtime.bundle import BundledFile, BundleManifest
from starterkit.workshop.bundle.readme import readme

ROOT = Path(__file__).parents[1]
WHEEL = "starterkit-0.1.0-py3-none-any.whl"
FOLDERS = ("src", "docs", "templates", "skeletons")
INSTALLER = re.compile(
    r"\b(?:pip[\d.]*|uv pip|conda|mamba|pipx|uv tool)\s+(?:install|download|wheel|run|upgrade|inject)\b"
    r"|\buvx\b|\b(?:uv|poetry|pdm|hatch) add\b|--from\b|--with\b|\buv run --with\b"
)
PACKAGE = re.compile(r"""["'(]*starterkit(?:\[[\w, -]*\])?(?:[=<>~!@ ]=?[^/\\]*)?["'),.;]*""")
VERBS = {"install", "download", "wheel", "run", "add", "upgrade", "inject", "--from", "--with", "uvx"}


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file that users get, with its text."""
    files = [ROOT / "README.md", *(file for name in FOLDERS for file in (ROOT / name).rglob("*") if file.is_file())]
    for file in files:
        if "__pycache__" in file.parts or "node_modules" in file.parts:
            continue
        try:
            yield file.relative_to(ROOT), file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def typed_installs(text: str) -> Iterator[str]:
    """The commands in a text that install a package called starterkit."""
    for command in re.split(r"[`;|]|&&|\n(?![ \t]*\S*\\)", text.replace("\\\n", " ")):
        found = INSTALLER.search(command)
        if found and any(PACKAGE.fullmatch(word) for word in command[found.end() :].split()):
            yield command.strip()


def started_installs(source: str) -> Iterator[str]:
    """The argument lists in a module that install a package called starterkit."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.List, ast.Tuple)):
            words = [_word(element) for element in node.elts]
            if VERBS & set(words) and any(PACKAGE.fullmatch(word) for word in words):
                yield ast.unparse(node)
        elif re.match(r"starterkit(\[[\w, -]*\])?\s*(==|>=|~=|@ )", _word(node)):
            yield ast.unparse(node)


def _word(node: ast.AST) -> str:
    """What a word of an argument list begins with."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_word(part) if isinstance(part, ast.Constant) else "0" for part in node.values)
    if isinstance(node, ast.Name) and node.id == "NAME":
        return "starterkit"
    return str(node.value) if isinstance(node, ast.Constant) else ""


def test_no_text_installs_the_package_of_that_name() -> None:
    assert [f"{file}: {command}" for file, text in texts() for command in typed_installs(text)] == []


def test_no_argument_list_installs_the_package_of_that_name() -> None:
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
    ],
)
def test_the_scan_of_argument_lists_finds_an_install(source: str) -> None:
    assert list(started_installs(source))


@pytest.mark.parametrize("text", ["pip install . && starterkit next", "In your clone of starterkit: `pip install .`"])
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
