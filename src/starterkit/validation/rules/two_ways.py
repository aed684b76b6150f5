"""The rule two-ways: the tests also pass over HTTP, while another process runs the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from starterkit.validation.model import Finding
from starterkit.validation.rules.base_green import failures
from starterkit.validation.side_effects import loading_variables, read_loaded
from starterkit.validation.target import SITE_VARIABLE
from starterkit.validation.workspace import RuleContext, Skip


def two_ways(work: RuleContext) -> list[Finding]:
    """Check that the step's tests pass over HTTP, and that another process loads the site's code.

    At the last step of the path, all tests run.
    """
    tests = [test for test in work.main_tests if not test.in_process]
    if in_process := [test.id for test in work.main_tests if test.in_process]:
        work.notes.append(f"not run over HTTP, because of `in_process`: {', '.join(in_process)}")
    if not tests:
        raise Skip("all tests have `in_process`")
    log = work.workspace.new_folder() / "loaded"
    with work.workspace.copy_of(work.subject, work.solution) as folder:
        variables = {SITE_VARIABLE: "http", **loading_variables(work.template.environment.kind, log, folder)}
        result = work.run(folder, work.solution, tests, each=bool(in_process), variables=variables)
    # A process that loads the site's code in the process of the tests is the cause of other failures.
    return [*_in_process(work, folder, log)] or failures(work, work.solution, result, "fails over HTTP")


def _in_process(work: RuleContext, folder: Path, log: Path) -> Iterator[Finding]:
    """Yield a finding if a process that runs tests also loads the site's code."""

    def inside(name: str) -> str:
        path = Path(name)
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""

    modules = [(module, inside(module.target)) for module in read_loaded(log)]
    testing = {module.process for module, path in modules if work.template.is_test_file(path)}
    if not testing:
        work.notes.append("not checked, because this Node is too old: which process loads the site's code")
    for module, path in modules:
        if module.process in testing and path in work.files(work.solution) and not work.template.owns(path):
            message = f"the process of the tests loads {path}, although {SITE_VARIABLE} is http"
            yield work.finding_in(work.solution, inside(module.file), message, module.line)
            return
