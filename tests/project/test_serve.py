"""A database of before a step: `run` starts with it, except where step.yml says that it has to be made anew."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

import pytest

from starterkit.process import run
from starterkit.progress import no_progress
from starterkit.project import check
from starterkit.project.new import ProjectSpec, create
from starterkit.project.project import open_project
from starterkit.template.bundled import bundled_names, bundled_template
from tests.support.sites import lay_solution, running

pytestmark = pytest.mark.slow

# Where a template has migrations, its database is never made anew: test_own_history.py looks at these.
WITHOUT_HISTORY = [name for name in bundled_names() if not bundled_template(name)[1].commands.make_history]


@pytest.mark.nightly
@pytest.mark.parametrize("framework", WITHOUT_HISTORY)
def test_only_a_step_that_says_so_needs_a_new_database(framework: str, tmp_path: Path) -> None:
    source, template = bundled_template(framework)
    site = tmp_path / "site"
    create(ProjectSpec(site, source, template, {}, install=False), no_progress)
    with open_project(site) as project:
        prepared = check.prepared(project)

        def command(args: tuple[str, ...]) -> int:
            return run(prepared.command(args), cwd=site, env=prepared.variables, timeout=120).code

        assert command(template.commands.reset) == 0
        for step, after in zip(template.steps, (*template.steps[1:], None), strict=True):
            lay_solution(project, step.name)
            if step.resets_data:
                assert command(template.commands.schema) == 1, step.name
                (site / str(template.database)).unlink()
                assert command(template.commands.reset) == 0
            elif after is None or after.resets_data:  # tables of several steps are new by now
                assert command(template.commands.schema) == 0, step.name
                if after is not None:
                    with running(cwd=site) as address, urlopen(address, timeout=20) as answer:
                        assert answer.status == 200
