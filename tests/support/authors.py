"""A tiny template of two steps, and an author who edits its opened path with plain git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.support.projects import write_tree

STEP = """\
title: {title}
summary: There is {name}.
minutes: 10
goal: One thing.
taught: [one thing]
out_of_scope: []  # nothing
hints:
  test_{name}:
    - Look.
    - Write it.
{more}"""
LESSON = "# {number} · {title}\n\nAfter this step there is {name}.\n\n## Next\n\nIn 02, more.\n"


def step(number: str, name: str, more: str = "") -> dict[str, str]:
    """Return the texts and layers of a step; its solution brings code and adds a line to the shared file."""
    place, values = f"steps/{number}-{name}", {"number": number, "name": name, "title": name.title(), "more": more}
    return {
        f"{place}/step.yml": STEP.format(**values),
        f"{place}/lesson.md": LESSON.format(**values),
        f"{place}/given/tests/test_{number}_{name}.py": f"def test_{name}():\n    assert False\n",
        f"{place}/solution/conduit/{name}.py": f"NAME = {name!r}\n",
        f"{place}/solution/manage.sh": f"#!/bin/sh\necho {name}\n",
    }


TINY = {
    "copier.yml": '_subdirectory: project\n_templates_suffix: .jinja\nsite_title: {type: str, default: "A site"}\n',
    "path.yml": """\
        # A path for tests
        format: 1
        name: tiny
        title: Tiny
        summary: Small.
        language: Python
        trade_off: None.
        traits: {}
        entry_point: conduit
        tools: {}
        environment: {kind: python, declaration: pyproject.toml, pins: requirements.txt}
        commands:
          test: ["{python}", "-m", "pytest", "--junit-xml={report}", "{tests}"]
          run: ["{python}", "-m", "http.server", "{port}"]
        select: ["{file}::{test}"]
        report: junit
        test_files: ["tests/test_*.py"]
        owned: []
        tests: [test_base]
        """,
    "README.md": "An author's own words; they are no part of the path.\n",
    "project/README.md.jinja": "# {{ site_title }}\n",
    "project/pyproject.toml": '[project]\nname = "tiny"\nversion = "0"\ndependencies = []\n',
    "project/requirements.txt": "",
    "project/tests/test_base.py": "def test_base():\n    pass\n",
    "project/conduit/__init__.py": "",
    "project/conduit/old.py": "OLD = True\n",
    "project/conduit/crlf.txt": b"one\r\ntwo\r\n",
    "project/conduit/picture.bin": bytes(range(256)),
    "project/odd näme [1].txt": "odd\n",
    "project/manage.sh": "#!/bin/sh\necho base\n",
    **step("01", "one"),
    **step("02", "two", "removes:  # what goes\n  solution:\n    - conduit/old.py  # no longer needed\n"),
}


def tiny_template(folder: Path) -> Path:
    """Write the tiny template into a folder, and return it."""
    write_tree(folder, TINY)
    (folder / "project/manage.sh").chmod(0o755)
    for number, name in (("01", "one"), ("02", "two")):
        (folder / f"steps/{number}-{name}/solution/manage.sh").chmod(0o755)
    return folder


def tree_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return all files below a folder, with their permissions and bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode & 0o777, path.read_bytes()) for path in sorted(files)
    }


class Author:
    """Somebody who edits an opened path with plain git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str, check: bool = True) -> str:
        """Run git as the author does, with nothing of this machine's configuration."""
        who = {
            f"GIT_{role}_{part}": "author@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
        }
        env = {"GIT_EDITOR": ":", **os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(["git", *words], cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout

    def write(self, name: str, text: str) -> None:
        write_tree(self.folder, {name: text})

    def commit(self, subject: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)

    def fix(self, subject: str) -> None:
        """Fold the changes of the work tree into the commit with this subject; all later ones are made again."""
        self.git("add", "-A")
        self.git("commit", "-q", "--fixup", f":/^{subject}")
        self.git("-c", "sequence.editor=:", "rebase", "-q", "-i", "--autosquash", "--root")

    def reorder(self, *todo: str) -> None:
        """Rebase with this list of commands; a layer's name stands for its commit's id."""
        lines = []
        for line in todo:
            word, _, subject = line.partition(" ")
            lines.append(f"{word} {self.git('rev-parse', f':/^{subject}').strip()}" if subject else word)
        plan = self.folder / ".git" / "plan"
        plan.write_text("\n".join(lines) + "\n")
        self.git("-c", f"sequence.editor=cp '{plan}'", "rebase", "-q", "-i", "--root")
