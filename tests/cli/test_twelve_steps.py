"""Nothing assumes how many steps a path has, and how its steps, files and packages are called."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.commands import starterkit
from tests.support.projects import write_tree
from tests.support.workshops import git

pytestmark = pytest.mark.slow

NAMES = (
    *("first-page", "remarks", "labels", "columns", "people", "preferences"),
    *("owners", "circles", "likes", "stream", "checks", "in-the-open"),
)
PACKAGES = Path(__file__).parents[1] / "templates" / "sound" / "project"  # pytest alone
STEPS = tuple(f"{number:02}-{name}" for number, name in enumerate(NAMES, 1))
_PATH = """
    format: 1
    name: atlas
    title: Atlas
    summary: A path of twelve steps.
    language: Python
    trade_off: Nothing can be learned from it.
    traits:
      quick_start: {strength: 3, reason: "There is nothing to start."}
    entry_point: "atlas.pages()"
    tools: {git: ">=2.38"}
    environment: {kind: python, declaration: pyproject.toml, pins: requirements.txt}
    commands:
      test: ["{python}", "-m", "pytest", "-q", "--junit-xml={report}", "{tests}"]
      run: ["{python}", "-m", "http.server", "{port}"]
    select: ["{file}::{test}"]
    report: junit
    test_files: ["checks/*_check.py"]
    owned: ["checks/**", "pytest.ini"]
    tests: [test_there_is_a_map]
"""
_TEST = '''
    import importlib


    def test_there_is_a_{thing}():
        """There is a {title}."""
        assert "{title}" in importlib.import_module("{module}").pages()
'''


def code(*pages: str) -> str:
    return f"def pages():\n    return {list(pages)}\n"


def as_module(step: str) -> str:
    return f"page_{step.replace('-', '_')}"


def write_template(folder: Path) -> Path:
    files = {
        "path.yml": _PATH,
        "copier.yml": "_subdirectory: project\n",
        "project/.gitignore": ".venv/\n__pycache__/\n",
        "project/pytest.ini": "[pytest]\npythonpath = .\npython_files = *_check.py\n",
        "project/pyproject.toml": (PACKAGES / "pyproject.toml").read_text("utf-8"),
        "project/requirements.txt": (PACKAGES / "requirements.txt").read_text("utf-8"),
        "project/atlas.py": code("map"),
        "project/checks/base_check.py": _TEST.format(thing="map", title="map", module="atlas"),
    }
    for step in STEPS:
        name, title = step[3:].replace("-", "_"), step[3:].replace("-", " ")
        files[f"steps/{step}/step.yml"] = f"""
            title: {title.capitalize()}
            summary: The atlas has {title}.
            minutes: 10
            goal: To have {title}.
            taught: [{title}]
            out_of_scope: [the rest]
            hints:
              test_there_is_a_{name}: ["Look into {as_module(step)}.py.", "Add it there."]
        """
        files[f"steps/{step}/lesson.md"] = f"# {step[:2]} · {title.capitalize()}\n\nWrite it.\n"
        files[f"steps/{step}/given/checks/{step[:2]}_check.py"] = _TEST.format(
            thing=name, title=title, module=as_module(step)
        )
        files[f"steps/{step}/given/{as_module(step)}.py"] = code()
        files[f"steps/{step}/solution/{as_module(step)}.py"] = code(title)
    return write_tree(folder, {name: dedent(text).lstrip("\n") for name, text in files.items()})


def test_a_learner_comes_to_the_twelfth_step(tmp_path: Path) -> None:
    template, site = write_template(tmp_path / "template"), tmp_path / "site"
    made = ("--template", str(template), "--defaults", "--trust")

    started = starterkit("new", "site", *made, "--at", "12", "--json", cwd=tmp_path).json

    assert started["step"] == STEPS[-1]
    assert [started["check"]["counts"][color] for color in ("green", "red")] == [12, 1]
    status = starterkit("status", "--json", cwd=site).json
    assert [step["name"] for step in status["steps"]] == list(STEPS)
    assert [step["standing"] for step in status["steps"]] == [*["done"] * 11, "here"]
    assert len(starterkit("status", cwd=site).out.splitlines()) <= 24
    assert "step 12 of 12" in starterkit(cwd=site).out
    assert starterkit("hint", "--json", cwd=site).json["test"] == "test_there_is_a_in_the_open"
    assert starterkit("lesson", "1", cwd=site).out.startswith("# 01 · First page")
    assert starterkit("check", "12", "--json", cwd=site, code=1).json["counts"]["red"] == 1
    (site / f"{as_module(STEPS[-1])}.py").write_text(code("in the open"))
    assert "You finished 12 steps with 13 tests." in " ".join(starterkit("next", cwd=site).out.split())
    assert starterkit("status", "--json", cwd=site).json["finished"] is True
    assert "from 1 to 12" in starterkit("lesson", "13", cwd=site, code=2).err


def test_next_and_solve_go_on_after_the_ninth_step(tmp_path: Path) -> None:
    template, site = write_template(tmp_path / "template"), tmp_path / "site"
    options = ("--template", str(template), "--defaults", "--no-install", "--at", "likes")
    starterkit("new", "site", *options, cwd=tmp_path)

    for step in STEPS[9:]:
        starterkit("solve", "--no-check", cwd=site)
        assert starterkit("next", "--no-check", "--json", cwd=site).json["step"]["name"] == step

    assert {file.name for file in (site / "lessons").iterdir()} == {f"{step}.md" for step in STEPS}
    starterkit("undo", cwd=site)
    assert starterkit("status", "--json", cwd=site).json["step"] == STEPS[-2]


def test_a_workshop_at_the_twelfth_step(tmp_path: Path) -> None:
    template, room, clone = write_template(tmp_path / "template"), tmp_path / "room", tmp_path / "ada"
    (tmp_path / "people.csv").write_text("name\nAda\nGrace\n")
    options = ("--template", str(template), "--trust", "--at", "12")

    starterkit("workshop", "create", "people.csv", str(room), *options, cwd=tmp_path)
    git("clone", "-q", str(room / "repos/ada.git"), str(clone), cwd=tmp_path)
    starterkit("solve", "--no-check", cwd=clone)
    git("push", "-q", cwd=clone)
    starterkit("workshop", "collect", cwd=room)
    graded = starterkit("workshop", "grade", "--trust-submissions", "--json", cwd=room).json["grades"]

    ada = next(grade for grade in graded if grade["folder"] == "ada")
    assert (ada["step"], ada["verdict"], ada["green"], ada["tests"]) == (STEPS[-1], "green", 13, 13)
    assert ada["done"] == list(STEPS)
    people = {one["folder"]: one for one in starterkit("workshop", "status", "--json", cwd=room).json["people"]}
    assert (people["ada"]["step"], people["ada"]["state"]) == (STEPS[-1], "green")
    assert people["grace"]["state"] == "not begun"
    assert "12" in starterkit("workshop", "status", cwd=room).out
