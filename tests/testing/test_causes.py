"""A failure whose own words mislead is named for what it is, with the file of the learner's that causes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from starterkit.testing.causes import files_in_wrong_encoding
from starterkit.testing.explain import explain_output
from starterkit.testing.source_tree import Explanation, SourceTree
from tests.support.projects import write_tree

NODE = shutil.which("node")
UTF_16 = "x = 1\n".encode("utf-16")
LATIN_1 = "a = 1\nb = 'caf\xe9'\n".encode("latin-1")

PYTHON = [
    ({"conduit/a.py": UTF_16}, "conduit/a.py is saved as UTF-16. Save it as UTF-8 in your editor.", "conduit/a.py:1"),
    (
        {"conduit/a.py": "x = 1\n".encode("utf-16-le")},
        "conduit/a.py is saved as UTF-16. Save it as UTF-8 in your editor.",
        "conduit/a.py:1",
    ),
    (
        {"conduit/a.py": LATIN_1},
        "conduit/a.py isn't saved as UTF-8 (line 2). Save it as UTF-8 in your editor.",
        "conduit/a.py:2",
    ),
    (
        {"conduit/a.py": "open('conduit/page.html', encoding='utf-8').read()\n", "conduit/page.html": LATIN_1},
        "conduit/page.html isn't saved as UTF-8 (line 2). Save it as UTF-8 in your editor.",
        "conduit/page.html:2",
    ),
    (
        {"conduit/a.py": b"x = 1\ny = '\0'\n"},
        "conduit/a.py has a null byte in line 2. Delete it, or restore the file.",
        "conduit/a.py:2",
    ),
    (
        {"conduit/a.py": "x = 1\nname = input('Your name? ')\n"},
        "conduit/a.py:2 waits for input from the keyboard. A site gets its input from requests.",
        "conduit/a.py:2",
    ),
    (
        {"conduit/a.py": "import email.message\n", "email.py": "x = 1\n"},
        "email.py hides Python's own module email. Rename email.py.",
        "email.py:1",
    ),
    (
        {"conduit/a.py": "import random\n", "random.py": "import random\nrandom.randint(1, 6)\n"},
        "random.py hides Python's own module random. Rename random.py.",
        "random.py:1",
    ),
    (
        {"conduit/a.py": "import json\njson.loads('{}')\n", "json/__init__.py": "x = 1\n"},
        "json/__init__.py hides Python's own module json. Rename json.",
        "json/__init__.py:1",
    ),
    (
        {"conduit/a.py": "import types\n", "types.py": "x = 1\n"},
        "types.py hides Python's own module types. Rename types.py.",
        "types.py:1",
    ),
    (
        {"conduit/a.py": "from pytest import raises\n", "pytest.py": "x = 1\n"},
        "pytest.py hides the package pytest. Rename pytest.py.",
        "pytest.py:1",
    ),
    (
        {"conduit/a.py": "import json\njson.load(open('conduit/a.json'))\n", "conduit/a.json": '{\n "a": 1,\n}\n'},
        "conduit/a.json isn't valid JSON: ",
        "conduit/a.json:",
    ),
    (
        {"conduit/a.py": "import tomllib\ntomllib.loads(open('a.toml').read())\n", "a.toml": "a = 1\nb =\n"},
        "a.toml isn't valid TOML: ",
        "a.toml:2",
    ),
    (
        {"conduit/a.py": "import no_such_thing.part\n"},
        "ModuleNotFoundError: No module named 'no_such_thing'. If it is a package, add it: `starterkit add PACKAGE`.",
        "conduit/a.py:1",
    ),
    (
        {"conduit/a.py": "import pytst\n"},
        "ModuleNotFoundError: No module named 'pytst'. Did you mean pytest? If it is a package",
        "conduit/a.py:1",
    ),
    *(
        (
            {"conduit/a.py": f"# one\nimport {name}\n", "conduit/articles.py": ""},
            f"ModuleNotFoundError: No module named '{name}'\n",  # it is a file of the site
            "conduit/a.py:2",
        )
        for name in ("articles", "articels", "condiut", "conduit.nothing", "pytest.nothing")
    ),
    (
        {"conduit/a.py": "from conduit.b import missing\n", "conduit/b.py": ""},
        "ImportError: cannot import name 'missing' from 'conduit.b' (conduit/b.py)",
        "conduit/a.py:1",
    ),
    ({"conduit/a.py": "def f():\n\tx = 1\n        y = 1\n"}, "TabError: inconsistent use of tabs", "conduit/a.py:3"),
    ({"conduit/a.py": "def f():\n    f()\nf()\n"}, "RecursionError: maximum recursion depth", "conduit/a.py:2"),
    (
        {"conduit/a.py": "def f():\n    return wrong\nf()\n", "email.py": ""},
        "NameError: name 'wrong'",
        "conduit/a.py:2",
    ),
]


def explain(folder: Path, command: list[str], programs: dict[str, str]) -> Explanation:
    """What is said about a program that fails in a folder."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=60)
    assert ran.returncode != 0
    project = SourceTree(folder, lambda path: path.startswith("tests/"), programs)
    return explain_output(ran.stderr.decode("utf-8", "replace"), project)


@pytest.mark.parametrize(("files", "message", "place"), PYTHON, ids=[str(number) for number in range(len(PYTHON))])
def test_a_python_program_that_fails_is_named_for_what_it_is(
    tmp_path: Path, files: dict[str, str | bytes], message: str, place: str
) -> None:
    folder = write_tree(tmp_path / "sïte one", {"conduit/__init__.py": "", **files})

    found = explain(folder, [sys.executable, "-m", "conduit.a"], {"python": sys.executable})

    assert f"{found.message}\n".startswith(message)
    assert str(found.place).startswith(place)


TEMPLATE_ERRORS = [
    ("TemplateSyntaxError: Invalid block tag on line 2: 'nosuch', expected 'endif'. Did you forget?", "pages/a.html:2"),
    ("django.template.exceptions.TemplateDoesNotExist: gone.html", "pages/a.html:3"),
]


@pytest.mark.parametrize(("words", "place"), TEMPLATE_ERRORS)
def test_the_file_of_a_mistake_in_a_template_is_found(tmp_path: Path, words: str, place: str) -> None:
    """Django names a line, and no file."""
    pages = {
        "pages/0.html": "{% if x %}\n{% else %}\n{% endif %}\n",
        "pages/a.html": "<p>\n{% nosuch %}\n{% include 'gone.html' %}\n",
    }
    project = SourceTree(write_tree(tmp_path, pages), lambda path: False)

    assert str(explain_output(words, project).place) == place


JAVASCRIPT = [
    ({"conduit/a.js": "// one\nconst x = ;\n"}, "SyntaxError: Unexpected token ';'", "conduit/a.js:2"),
    (
        {"conduit/a.js": "let a = 1;\n".encode("utf-16")},
        "conduit/a.js is saved as UTF-16. Save it as UTF-8 in your editor.",
        "conduit/a.js:1",
    ),
    (
        {"conduit/a.js": "import x from './markdown';\n", "conduit/markdown.js": ""},
        "conduit/a.js imports conduit/markdown, but this module does not exist. Did you mean conduit/markdown.js?",
        "conduit/a.js:1",
    ),
    (
        {"conduit/a.js": "// one\nimport x from 'chalk';\n"},
        "conduit/a.js imports chalk, but this package does not exist. To add it: `starterkit add chalk`.",
        "conduit/a.js:2",
    ),
    (
        {"conduit/a.js": "import x from '@farm/milk/half';\n"},
        "conduit/a.js imports @farm/milk, but this package does not exist. To add it: `starterkit add @farm/milk`.",
        "conduit/a.js:1",
    ),
    (
        {"conduit/a.js": "import x from 'b.js';\n", "conduit/b.js": ""},
        "conduit/a.js imports b.js, but this package does not exist. Did you mean ./b.js?",
        "conduit/a.js:1",
    ),
    (
        {"conduit/a.js": "import x from 'expres';\n", "node_modules/express/package.json": "{}"},
        "conduit/a.js imports expres, but this package does not exist. Did you mean express?",
        "conduit/a.js:1",
    ),
    (
        {"conduit/a.js": "// one\nimport { gone } from './b.js';\n", "conduit/b.js": "export const here = 1;\n"},
        "SyntaxError: The requested module './b.js' does not provide an export named 'gone'",
        "conduit/a.js:2",
    ),
    (
        {
            "conduit/a.js": "import fs from 'node:fs';\nJSON.parse(fs.readFileSync('conduit/a.json', 'utf8'));\n",
            "conduit/a.json": '{\n "a": 1,\n}\n',
        },
        "conduit/a.json isn't valid JSON: ",
        "conduit/a.json:",
    ),
    (
        {
            "conduit/a.js": "import { b } from './b.js';\nexport const a = 1;\n",
            "conduit/b.js": "import { a } from './a.js';\nexport const b = a;\n",
        },
        "Cannot access 'a' before initialization. The imports form a circle: conduit/b.js imports conduit/a.js imports",
        "conduit/b.js:2",
    ),
    (
        {"conduit/a.js": "function f() {\n  f();\n}\nf();\n"},
        "RangeError: Maximum call stack size exceeded",
        "conduit/a.js:2",
    ),
]


@pytest.mark.skipif(not NODE, reason="no Node on this machine")
@pytest.mark.parametrize("is_caught", [False, True], ids=["thrown", "caught"])
@pytest.mark.parametrize(
    ("files", "message", "place"), JAVASCRIPT, ids=[str(number) for number in range(len(JAVASCRIPT))]
)
def test_a_javascript_program_that_fails_is_named_for_what_it_is(
    tmp_path: Path, files: dict[str, str | bytes], message: str, place: str, is_caught: bool
) -> None:
    """Also if a program caught the error, as a test runner does: then Node names no file of a syntax error."""
    caught = "try { await import('./conduit/a.js'); } catch (e) { console.error(e.stack); process.exit(1); }\n"
    start = caught if is_caught else "await import('./conduit/a.js');\n"
    folder = write_tree(tmp_path / "site", {"package.json": '{"type": "module"}', "tests/start.js": "", **files})
    (folder / "start.mjs").write_text(start)

    found = explain(folder, [str(NODE), "start.mjs"], {"node": str(NODE)})

    assert found.message.startswith(message)
    assert str(found.place).startswith(place)


def test_a_cause_is_named_only_if_a_file_shows_it(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "site", {"conduit/a.py": "x = 1\n", "email.py": "x = 1\n"})
    project = SourceTree(folder, lambda path: False)
    for words in (
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 1: invalid data",
        "EOFError: EOF when reading a line",
        "ModuleNotFoundError: No module named 'flsk'",
        "SyntaxError: invalid syntax",
    ):
        assert explain_output(words, project).message == words


def test_files_in_another_encoding_are_found(tmp_path: Path) -> None:
    files = {"a.js": LATIN_1, "b.html": UTF_16, "c.py": "caf\xe9\n", "tests/d.js": LATIN_1, "e.png": b"\x89PNG\0"}
    project = SourceTree(write_tree(tmp_path, files), lambda path: path.startswith("tests/"))

    assert [str(one.place) for one in files_in_wrong_encoding(project)] == ["a.js:2", "b.html:1"]
