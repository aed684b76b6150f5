"""The complete site of a bundled template, with every step solved: made in a folder, and served on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.process import run
from starterkit.progress import no_progress
from starterkit.project import check
from starterkit.project.new import ProjectSpec, create
from starterkit.project.project import open_project
from starterkit.runtime.dev_server import free_port, serve
from starterkit.runtime.environment import Environment
from starterkit.template.bundled import bundled_template
from starterkit.template.model import Template


@dataclass(frozen=True)
class CompleteSite:
    """A project at the end of its path, and what it runs in."""

    folder: Path
    template: Template
    prepared: Environment

    def run(self, *args: str) -> str:
        """Run a program of the project (`{python}` and the like are filled in); return what it wrote."""
        done = run(self.prepared.command(args), cwd=self.folder, env=self.prepared.variables, timeout=300)
        assert done.code == 0, f"{args} ended with {done.code}:\n{done.text_out}\n{done.text_err}"
        return done.text_out

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve it by its own run command, as a server would and not for its developer; give its address."""
        args = [arg for arg in self.template.commands.run if arg not in ("--debug", "--reload", "--watch")]
        args = ["run" if arg == "dev" else arg for arg in args]  # `fastapi dev` reloads, and `fastapi run` does not
        port = free_port(8600)
        prepared = self.prepared
        if self.template.name == "django":  # without Django's own pages about errors
            (self.folder / "without_debug.py").write_text("from conduit.settings import *\n\nDEBUG = False\n")
            args.append("--insecure")  # runserver serves static files in spite of that
            variables = {**prepared.variables, "DJANGO_SETTINGS_MODULE": "without_debug"}
            prepared = replace(prepared, variables=variables)
        with tempfile.TemporaryFile() as log, serve(self.folder, prepared, args, port, output=log) as server:
            if server.poll() is not None:
                log.seek(0)
                raise AssertionError(f"the site ended instead of answering:\n{log.read().decode()}")
            yield f"http://127.0.0.1:{port}"


def complete_site(framework: str, folder: Path, answers: dict[str, str] | None = None) -> CompleteSite:
    """Make the complete site in a folder that does not exist yet, with its environment and its sample data."""
    source, template = bundled_template(framework)
    create(
        ProjectSpec(folder, source, template, answers or {}, step=template.step_names[-1], install=False), no_progress
    )
    site = open_site(folder)
    site.run(*template.commands.reset)
    return site


def open_site(folder: Path) -> CompleteSite:
    """The complete site in a folder that has one."""
    with open_project(folder) as project:
        return CompleteSite(folder, project.template, check.prepared(project))
