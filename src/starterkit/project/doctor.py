"""Check the setup of this machine and of a project, for `starterkit doctor`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import StarterkitError, UsageError
from starterkit.git.command import git_failed
from starterkit.git.repository import LOCAL_IDENTITY, METADATA_REF, PATH_REF, open_repository
from starterkit.project.project import Project, StateFileMissing, find_project
from starterkit.runtime.inventory import NOEXEC, forbids_programs
from starterkit.runtime.prepare import environment_problem
from starterkit.runtime.stamp import NOT_CREATED
from starterkit.runtime.tools import ToolReport, package_settings, report_tools
from starterkit.template.model import Template


@dataclass(frozen=True)
class SetupFinding:
    """The result of checking one thing, such as git, with a fix if it isn't OK.

    `is_needed` is false if starterkit works even if the thing isn't OK.
    """

    name: str
    is_ok: bool
    result: str
    fix: str = ""
    is_needed: bool = True


@dataclass(frozen=True)
class SetupReport:
    """All findings about the setup. `folder` is the project's folder (None: outside a project).

    `lacks_environment` is true if the project's environment wasn't created yet.
    """

    folder: Path | None
    findings: tuple[SetupFinding, ...]
    lacks_environment: bool = False

    @property
    def is_ok(self) -> bool:
        """True if every needed check is OK."""
        return all(finding.is_ok for finding in self.findings if finding.is_needed)


def examine(start: Path) -> SetupReport:
    """Check the tools of this machine. If `start` is in a project, check the project too."""
    try:
        folder = find_project(start)
    except StateFileMissing as missing:
        return SetupReport(None, (*_tools(None), SetupFinding("project", False, missing.message, missing.fix)))
    except UsageError:
        return SetupReport(None, _tools(None))
    try:
        with Project(folder, open_repository(folder)) as project:
            path, template = _path(project)
            damage, environment = _repository(project), _environment(project, template)
            paths = (path,) if path.is_ok or not damage else ()  # a damaged repository explains a missing path
            own = (*damage, _identity(project), *paths, *_bundle(project), *environment)
            lacks_environment = any(finding.result.startswith(NOT_CREATED) for finding in environment)
            return SetupReport(folder, (*_tools(template), *own), lacks_environment)
    except StarterkitError as wrong:
        tools = _tools(None)
        if any(not tool.is_ok and tool.fix == wrong.fix for tool in tools):
            return SetupReport(folder, tools)
        return SetupReport(folder, (*tools, SetupFinding("project", False, wrong.message, wrong.fix)))


def _tools(template: Template | None) -> tuple[SetupFinding, ...]:
    findings = tuple(map(_tool, report_tools(template)))
    if settings := package_settings(os.environ, Path.home()):
        findings += (SetupFinding("settings for packages", True, ", ".join(settings), is_needed=False),)
    return findings


def _tool(report: ToolReport) -> SetupFinding:
    if not report.version:
        found = report.found or "not found"
        return SetupFinding(report.name, False, f"{found} (version {report.wanted} is needed)", report.fix)
    needed = "" if report.ok else f", but version {report.wanted} is needed"
    return SetupFinding(report.name, report.ok, f"{report.version}{needed} ({report.found})", report.fix)


def _repository(project: Project) -> tuple[SetupFinding, ...]:
    finished = project.repository.git.try_run("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
    if finished.code == 0:
        return ()
    error = git_failed(finished)
    return (SetupFinding("git repository", False, error.message, error.fix),)


def _identity(project: Project) -> SetupFinding:
    identity = project.repository.identity()
    name, mail = identity.name != LOCAL_IDENTITY.name, identity.email != LOCAL_IDENTITY.email
    if name and mail:
        return SetupFinding("your name in git", True, f"{identity.name} <{identity.email}>", is_needed=False)
    return SetupFinding(
        "your name in git",
        False,
        f"not set. Your commits have the author {identity.name}.",
        'Run `git config --global user.name "Your Name"` and `git config --global user.email you@example.com`.',
        is_needed=False,
    )


def _path(project: Project) -> tuple[SetupFinding, Template | None]:
    recorded = {PATH_REF: project.state.path, METADATA_REF: project.state.texts}
    if project.repository.git.refs(PATH_REF, METADATA_REF) == recorded:
        steps = len(project.template.step_names)
        result = f"{project.template.title}, {steps} steps, created by starterkit {project.state.version}"
        return SetupFinding("learning path", True, result), project.template
    fix = (
        "Run `starterkit status` to restore it from the remote or from the template. "
        f"If another clone has the path, push it from there: `git push origin {PATH_REF} {METADATA_REF}`."
    )
    return SetupFinding("learning path", False, "missing from this clone", fix), None


def _bundle(project: Project) -> tuple[SetupFinding, ...]:
    if project.bundle is None:
        return ()
    try:
        project.bundle.check_fits()
    except StarterkitError as wrong:
        return (SetupFinding("workshop bundle", False, wrong.message, wrong.fix, is_needed=False),)
    return (
        SetupFinding("workshop bundle", True, f"{project.bundle.folder}, created on {project.bundle.contents.date}"),
    )


def _environment(project: Project, template: Template | None) -> tuple[SetupFinding, ...]:
    if template is None:
        return ()
    needs = "the bundle" if project.bundle else "the network, once"
    fix = f"Run `starterkit check --fresh` to create it again. This may need {needs}."
    try:
        problem = environment_problem(project.folder, template.environment)
    except StarterkitError as wrong:
        problem, fix = wrong.message, wrong.fix
    if problem == NOT_CREATED:
        problem, fix = f"{NOT_CREATED} (this may need {needs})", "`starterkit check` creates the environment."
    if not problem and forbids_programs(project.folder):
        problem = f"up to date, but its disk {NOEXEC}"
        fix = "If tests fail for this reason, move the project to another disk, for example into your home folder."
    if problem:
        return (SetupFinding("project environment", False, problem, fix, is_needed=False),)
    return (SetupFinding("project environment", True, "up to date"),)
