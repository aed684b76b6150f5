"""A small template with packages of a small index, for tests that move it to a place without a network.

Its tests are run by a program of its own, which needs no package but the ones that the template names.
"""

from __future__ import annotations

from pathlib import Path

from starterkit.runtime.prepare import compile_pins
from tests.support.projects import PYTHON, Index, declaration, write_tree

_PATH = """
format: 1
name: pantry
title: Pantry
summary: A path of one step that brings a package.
language: Python
trade_off: Nothing can be learned from it.
traits:
  quick_start: {strength: 3, reason: "There is nothing to start."}
entry_point: "conduit:menu()"
tools: {git: ">=2.38"}
environment:
  kind: python
  declaration: pyproject.toml
  pins: requirements.txt
commands:
  test: ["{python}", "tests/runner.py", "{report}", "{tests}"]
  run: ["{python}", "-m", "http.server", "{port}"]
select: ["{file}"]
report: junit
test_files: ["tests/test_*.py"]
owned: ["pantry.ini"]
tests: [test_there_is_bread]
"""
_STEP = """
title: Soup
summary: There is soup.
minutes: 5
goal: To have soup.
taught: [soup]
out_of_scope: [dessert]
hints:
  test_there_is_soup: ["Look into conduit.py.", "Import soup there."]
"""
_RUNNER = """
import importlib.util, sys, traceback
from xml.sax.saxutils import quoteattr
sys.path.insert(0, ".")
cases = ""
for file in sys.argv[2:]:
    spec = importlib.util.spec_from_file_location("tested", file)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception:
        continue
    for name in [name for name in vars(module) if name.startswith("test_")]:
        why = ""
        try:
            getattr(module, name)()
        except Exception as wrong:
            why = f"<failure message={quoteattr(repr(wrong))}>{repr(wrong)}</failure>"
        cases += f'<testcase classname="{file[:-3].replace("/", ".")}" name="{name}">{why}</testcase>'
open(sys.argv[1], "w").write(f"<testsuite>{cases}</testsuite>")
"""
_TEST = '''
from conduit import menu


def test_there_is_{thing}():
    """There is {thing}."""
    assert "{thing}" in menu(), "no {thing} yet"
'''
_SITE = "import bread\n\n\ndef menu():\n    return ['bread']\n"
_SOLVED = "import bread\nimport soup\n\n\ndef menu():\n    return ['bread', 'soup']\n"


def stock(index: Index) -> None:
    """Give an index the packages of the template, and one that only Windows wants."""
    index.add("bread", "1.0", ["flour"])
    index.add("flour", "1.0")
    index.add("soup", "1.0", ["windowsill; sys_platform == 'win32'"])
    index.add("windowsill", "1.0")


def write_pantry(folder: Path) -> Path:
    """Write the template; its pins are made with the index that uv asks now. Its step brings soup."""

    def packages(*names: str) -> dict[str, str | bytes]:
        text = declaration(*names)
        return {"pyproject.toml": text, "requirements.txt": compile_pins(text.encode(), None, PYTHON)}

    ignored = {".gitignore": ".venv/\n__pycache__/\n", ".gitattributes": "* text=auto eol=lf\n"}
    project = {"tests/runner.py": _RUNNER, "tests/test_00_base.py": _TEST.format(thing="bread"), "conduit.py": _SITE}
    step = {"step.yml": _STEP, "lesson.md": "# Soup\n\nCook it.\n", "solution/conduit.py": _SOLVED}
    given = {"tests/test_01_soup.py": _TEST.format(thing="soup"), **packages("bread", "soup")}
    return write_tree(
        folder,
        {
            "path.yml": _PATH,
            "copier.yml": "_subdirectory: project\n",
            **{f"project/{name}": data for name, data in {**project, **packages("bread"), **ignored}.items()},
            **{f"steps/01-soup/{name}": data for name, data in step.items()},
            **{f"steps/01-soup/given/{name}": data for name, data in given.items()},
        },
    )
