"""External solutions: the projects of people who never saw the solutions, at the end of each step.

`<person>/<step>/` holds the files that the person changed in this step, and `removed.txt` with the paths they deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starterkit.git.objects import FILE, File
from starterkit.project.layers import Files, read_folder
from starterkit.template.model import Template

FOLDER_NAME = "external_solutions"
LEGACY_FOLDER_NAME = "foreign"  # read for one more version
_REMOVED = "removed.txt"


@dataclass(frozen=True)
class ExternalSolutions:
    """The external solutions of one template.

    If `is_legacy`, each step's folder holds all differences from the path's given, not only those of this step.
    """

    folder: Path
    is_legacy: bool = False

    def people(self, step: str) -> list[str]:
        """Return the names of the people who finished a step."""
        return sorted(folder.parent.name for folder in self.folder.glob(f"*/{step}") if folder.is_dir())

    def project_after(self, person: str, step: str, template: Template, layer: Callable[[str], Files]) -> Files:
        """Return all files of a person's project at the end of a step.

        `layer` returns the files of a layer of the path by its label (`given 01-comments`).
        """
        changed = read_folder(self.folder / person / step)
        removed = changed.pop(_REMOVED, File(FILE, b"")).data.decode("utf-8", "replace").splitlines()
        changed = {path: file for path, file in changed.items() if not template.owns(path)}
        files = {**self.project_before(person, step, template, layer), **changed}
        return {path: file for path, file in files.items() if path not in removed}

    def project_before(self, person: str, step: str, template: Template, layer: Callable[[str], Files]) -> Files:
        """Return what a step's folder is laid over: the person's project when the step has begun.

        This is their project at the end of the step before, with the changes of this step's given. Without a folder
        for the step before, it is the path's given.
        """
        given = layer(f"given {step}")
        position = template.step_names.index(step)
        before = template.step_names[position - 1]
        if self.is_legacy or position == 0 or not (self.folder / person / before).is_dir():
            return given
        solved = layer(f"solution {before}")
        project = self.project_after(person, before, template, layer)
        kept = {path: file for path, file in project.items() if path in given or path not in solved}
        return {**kept, **{path: file for path, file in given.items() if file != solved.get(path)}}


def find_external_solutions(template_folder: Path) -> ExternalSolutions | None:
    """Return the external solutions next to a template's steps, or for a bundled template those in the tests."""
    in_checkout = template_folder.parent.parent / "tests" / FOLDER_NAME / template_folder.name
    for folder in (template_folder / FOLDER_NAME, template_folder / LEGACY_FOLDER_NAME, in_checkout):
        if folder.is_dir():
            return ExternalSolutions(folder, is_legacy=folder.name == LEGACY_FOLDER_NAME)
    return None
