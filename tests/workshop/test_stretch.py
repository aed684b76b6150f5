"""A workshop whose path has stretch tests: they have a separate column in grades and in the status."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.gradings import needs_a_sandbox
from tests.support.stretch import stretch_template, writes
from tests.support.workshops import git

pytestmark = [pytest.mark.slow, needs_a_sandbox]


def test_grades_and_status_have_a_column_for_stretch_tests(tmp_path: Path) -> None:
    template, room, clone = stretch_template(tmp_path), tmp_path / "room", tmp_path / "ada"
    (tmp_path / "people.csv").write_text("name\nAda\nGrace\n")
    options = ("--template", str(template), "--trust", "--at", "01")
    starterkit("workshop", "create", "people.csv", str(room), *options, cwd=tmp_path)
    git("clone", "-q", str(room / "repos/ada.git"), str(clone), cwd=tmp_path)
    writes(clone)
    git("add", "-A", cwd=clone)
    git("commit", "-qm", "my work", cwd=clone)
    git("push", "-q", cwd=clone)

    starterkit("workshop", "collect", cwd=room)
    grades = starterkit("workshop", "grade", cwd=room).out.splitlines()
    told = starterkit("workshop", "grade", "ada", "--json", cwd=room).json["grades"][0]
    status = starterkit("workshop", "status", "--stuck-after", "999999", cwd=room).out.splitlines()
    rows = list(csv.DictReader(io.StringIO(starterkit("workshop", "status", "--csv", cwd=room).out)))
    starterkit("workshop", "status", "--html", "board.html", cwd=room)

    heads = next(line for line in grades if line.split()[:1] == ["name"]).split()
    row = next(line for line in grades if line.split()[:1] == ["Ada"]).split()
    assert dict(zip(heads, row, strict=False)) | {"passed": "4/4", "stretch": "1/3"} == dict(
        zip(heads, row, strict=False)
    )
    assert (told["verdict"], told["done"], told["green"], told["tests"]) == ("green", ["01-greeting"], 4, 4)
    assert (told["stretch_green"], told["stretch_tests"], told["first_red"]) == (1, 3, None)
    stretch = {result["test"] for result in told["results"] if result["stretch"]}
    assert len(stretch) == 3
    heads = next(line for line in status if line.split()[:1] == ["name"]).split()
    row = next(line for line in status if line.split()[:1] == ["Ada"]).split()
    assert (heads[-3:], row[3:5]) == (["passed", "stretch", "active"], ["4/4", "1/3"])
    assert (rows[0]["stretch_green"], rows[0]["stretch_tests"]) == ("1", "3")
    assert "1/3 stretch" in (room / "board.html").read_text()
    page = (room / "results/pages/ada.html").read_text()
    assert "<li class='apart'><b>stretch: failed</b> Spaces around a name are removed." in page
    assert "<b>not on this system</b> A name with a backslash is greeted." in page
