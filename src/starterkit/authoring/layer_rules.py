"""What a layer of an opened path may hold, said with the commit's name where it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from starterkit.authoring.commits import LayerCommit
from starterkit.authoring.files import rendered_names
from starterkit.errors import FileError
from starterkit.git.objects import EXECUTABLE, FILE, File
from starterkit.process import quoted
from starterkit.project.layers import FILE_LIMIT, is_passed_over

_BEGIN = re.compile(rb"^<{7} ", re.MULTILINE)
_END = re.compile(rb"^>{7} ", re.MULTILINE)


def check_layer(
    layer: LayerCommit, base: LayerCommit, changed: Mapping[str, File], removed: Sequence[str] = ()
) -> None:
    """Raise `FileError` for a file of this layer that a template cannot hold."""
    for path, file in changed.items():
        _check_file(layer, path, file)
    rendered = rendered_names(base.project)
    for path in () if layer is base else (*changed, *removed):
        if path in rendered or path in rendered.values() or path.endswith(".jinja"):
            raise _wrong(
                layer,
                path,
                "a step cannot touch a file that Copier renders",
                f"Change it in the base: `git checkout {layer.id[:10]}~ -- …` here, and a `fixup! base` there.",
            )


def _check_file(layer: LayerCommit, path: str, file: File) -> None:
    if file.mode not in (FILE, EXECUTABLE):
        raise _wrong(layer, path, "a template holds plain files only, no links and no repositories", "Take it out.")
    if is_passed_over(path):
        raise _wrong(
            layer,
            path,
            "caches and editors' copies are no part of a template",
            f"`git rm --cached {quoted(f'project/{path}')}`.",
        )
    if len(file.data) > FILE_LIMIT:
        raise _wrong(layer, path, f"the file is larger than {FILE_LIMIT:,} bytes", "Make it smaller.")
    if path.startswith("lessons/") and path.endswith(".md") and layer.kind != "base":
        raise _wrong(
            layer,
            path,
            "starterkit puts the lessons there",
            f"Write this one in steps/{layer.step}/lesson.md.",
        )
    begin = _BEGIN.search(file.data)
    if begin and _END.search(file.data, begin.end()):
        line = file.data[: begin.start()].count(b"\n") + 1
        raise _wrong(layer, f"{path}:{line}", "there are conflict markers of a merge here", "Settle the conflict.")


def _wrong(layer: LayerCommit, path: str, what: str, fix: str) -> FileError:
    return FileError(f'project/{path} in commit {layer.id[:10]} "{layer.label}"', None, what, fix)
