"""External solutions are projects by people who never saw the learning path's solutions.

`<person>/<step>/` has the files that the person changed in a step, and `removed.txt` with the paths that they deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starterkit.git.objects import FILE, File
from starterkit.project.layers import Files, read_folder
from starterkit.template.model import Template

FOLDER_NAME = "external_solutions"
LEGACY_FOLDER_NAME = "foreign"  # the old name, which the next version no longer reads
_REMOVED = "removed.txt"


@dataclass(frozen=True)
class ExternalSolutions:
    """The external solutions for one template.

    In the current format, a step's folder has the files that the person changed in this step. In the old format
    (`is_legacy`), it has all files that differ from the path's at the start of the step.
    """

    folder: Path
    is_legacy: bool = False

    def people(self, step: str) -> list[str]:
        """Return the names of the people who solved a step."""
        return sorted(folder.parent.name for folder in self.folder.glob(f"*/{step}") if folder.is_dir())

    def project_after(self, person: str, step: str, template: Template, layer: Callable[[str], Files]) -> Files:
        """Return a person's project after a step. `layer` returns the files of a layer by its label.

        A label is, for example, `given 02-comments`.
        """
        changed = read_folder(self.folder / person / step)
        removed = changed.pop(_REMOVED, File(FILE, b"")).data.decode("utf-8", "replace").splitlines()
        changed = {path: file for path, file in changed.items() if not template.owns(path)}
        files = {**self.project_before(person, step, template, layer), **changed}
        return {path: file for path, file in files.items() if path not in removed}

    def project_before(self, person: str, step: str, template: Template, layer: Callable[[str], Files]) -> Files:
        """Return a person's project at the start of a step, before the person changed it.

        This is the project after the person's previous step, with the step's new files. If the person didn't solve the
        previous step, it is the path's project.
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
    """Return a template's external solutions. For a bundled template they are in tests/."""
    in_checkout = template_folder.parent.parent / "tests" / FOLDER_NAME / template_folder.name
    for folder in (template_folder / FOLDER_NAME, template_folder / LEGACY_FOLDER_NAME, in_checkout):
        if folder.is_dir():
            return ExternalSolutions(folder, is_legacy=folder.name == LEGACY_FOLDER_NAME)
    return None
