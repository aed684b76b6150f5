"""A wheel, installed in an empty environment away from the checkout, can do everything: the whole way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from starterkit import DISTRIBUTION, __version__

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

Starterkit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def starterkit(tmp_path_factory: pytest.TempPathFactory) -> Starterkit:
    """The `starterkit` of a wheel that was built from this checkout."""
    from starterkit.runtime.uv import uv_binary

    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    (wheel,) = place.glob("*.whl")
    uv, environment = str(uv_binary()), place / "environment"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(environment)], check=True, timeout=60)
    bin_folder = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [uv, "pip", "install", "-q", "--python", str(bin_folder / "python"), str(wheel)], check=True, timeout=120
    )

    def run(*args: str, cwd: Path, code: int = 0, program: str = "starterkit") -> subprocess.CompletedProcess[str]:
        command = [str(bin_folder / program), *args]
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # not the checkout
        done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == code, f"{args}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.mark.timeout(900)
@pytest.mark.parametrize("framework", ["express", pytest.param("flask", marks=pytest.mark.nightly)])
def test_the_whole_way_from_new_to_the_last_step(starterkit: Starterkit, framework: str, tmp_path: Path) -> None:
    listed = json.loads(starterkit("list", "--json", cwd=tmp_path).stdout)
    steps = next(entry["steps"] for entry in listed["frameworks"] if entry["name"] == framework)
    starterkit("new", "site", "--framework", framework, "--defaults", cwd=tmp_path)
    site = tmp_path / "site"

    starterkit("check", cwd=site)
    for step in steps:
        # That each step is red before its solution and green after it is proven by `template validate`. Here, all that
        # came in is checked together at the end.
        unchecked = () if step is steps[0] else ("--no-check",)
        starterkit("next", *unchecked, cwd=site)
        if step is steps[0]:
            starterkit("check", step["name"], cwd=site, code=1)
            starterkit("check", cwd=site, code=1)
            starterkit("hint", cwd=site)
        starterkit("solve", *unchecked, cwd=site)

    (site / "notes.txt").write_text("Mine.\n")
    assert "Save your work and finish" in starterkit("check", cwd=site).stdout
    assert "the end of the" in starterkit("next", cwd=site).stdout
    finished = json.loads(starterkit("status", "--json", cwd=site).stdout)
    assert finished["finished"] is True
    assert subprocess.run(["git", "status", "--porcelain"], cwd=site, capture_output=True, text=True).stdout == ""


def test_the_second_script_is_the_same_command(starterkit: Starterkit, tmp_path: Path) -> None:
    versions = {starterkit("--version", cwd=tmp_path, program=name).stdout for name in ("starterkit", DISTRIBUTION)}

    assert versions == {f"starterkit {__version__}\n"}
    listed = starterkit("list", cwd=tmp_path, program=DISTRIBUTION).stdout
    assert "starterkit choose" in listed and "starterkit-learn choose" not in listed


def test_an_author_begins_a_template_with_the_wheel_alone(starterkit: Starterkit, tmp_path: Path) -> None:
    starterkit("template", "new", "mine", cwd=tmp_path)
    starterkit("template", "open", "mine", "commits", cwd=tmp_path)

    assert json.loads(starterkit("template", "save", "commits", "--json", cwd=tmp_path).stdout)["changed"] == []
    changed = starterkit("template", "add-step", "flask", "mine", cwd=tmp_path, code=2)
    assert "is part of starterkit" in changed.stderr
    assert json.loads(starterkit("template", "schema", "path", cwd=tmp_path).stdout)["title"]
