"""Checks the files in a layer of an opened learning path. Error messages name the commit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from starterkit.authoring.commits import LayerCommit
from starterkit.errors import FileError
from starterkit.git.objects import EXECUTABLE, FILE, File
from starterkit.process import quoted
from starterkit.project.layers import FILE_LIMIT, is_passed_over
from starterkit.template.questions import SUFFIX
from starterkit.textfile import HAS_MARKERS, MARKERS_FIX

_CONFLICT = re.compile(rb"^<{7} .*?^>{7} ", re.MULTILINE | re.DOTALL)


def check_layer(
    layer: LayerCommit, base: LayerCommit, changed: Mapping[str, File], removed: Sequence[str] = ()
) -> None:
    """Raise `FileError` if a layer changes or removes a file that it can't change.

    For example, a step can't change a file that Copier renders.
    """
    for path, file in changed.items():
        _check_file(layer, path, file)
    for path in () if layer is base else (*changed, *removed):
        if path.endswith(SUFFIX) or f"{path}{SUFFIX}" in base.project:
            fix = (
                f"Undo the change in this commit (`git checkout {layer.id[:10]}~ -- FILE`). Then change the file in a "
                "commit with the subject `fixup! base`."
            )
            raise _error(layer, path, "a step can't change a file that Copier renders", fix)


def _check_file(layer: LayerCommit, path: str, file: File) -> None:
    if file.mode not in (FILE, EXECUTABLE):
        raise _error(
            layer, path, "a template can't contain links or repositories", "Remove this entry from the commit."
        )
    if is_passed_over(path):
        fix = f"`git rm --cached {quoted(f'project/{path}')}`."
        raise _error(layer, path, "caches and editor backups are not part of a template", fix)
    if len(file.data) > FILE_LIMIT:
        raise _error(layer, path, f"the file is larger than {FILE_LIMIT:,} bytes", "Make it smaller.")
    if path.startswith("lessons/") and path.endswith(".md") and layer.kind != "base":
        fix = f"Write this lesson in steps/{layer.step}/lesson.md."
        raise _error(layer, path, "starterkit creates the lessons in this folder", fix)
    if conflict := _CONFLICT.search(file.data):
        line = file.data[: conflict.start()].count(b"\n") + 1
        raise _error(layer, f"{path}:{line}", HAS_MARKERS, MARKERS_FIX)


def _error(layer: LayerCommit, path: str, message: str, fix: str) -> FileError:
    return FileError(f'project/{path} in commit {layer.id[:10]} "{layer.label}"', None, message, fix)
