"""What a Python project's declaration (pyproject.toml) says about packages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starterkit.errors import FileError

_FLOOR = re.compile(r">=\s*(\d+)\.(\d+)")


@dataclass(frozen=True)
class Declared:
    """The parts of a declaration that decide which packages belong into the environment."""

    dependencies: tuple[str, ...]
    groups: dict[str, list[object]]
    requires_python: str
    uv_settings: dict[str, object]

    @property
    def has_dev_group(self) -> bool:
        return "dev" in self.groups

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements that are pinned: the project's, and those of its dev group."""
        dev = self.groups.get("dev", [])
        return (*self.dependencies, *(entry for entry in dev if isinstance(entry, str)))

    @property
    def lowest_python(self) -> tuple[int, int]:
        """The oldest Python that the project runs on; 3.11 where it does not say."""
        found = _FLOOR.search(self.requires_python)
        return (int(found[1]), int(found[2])) if found else (3, 11)


def declared(data: bytes, file: str) -> Declared:
    """Read a declaration. Raises `FileError` with file and line where it is not valid."""
    top = toml(data, file)
    project = _table(top.get("project", {}), "[project]", file)
    groups = _table(top.get("dependency-groups", {}), "[dependency-groups]", file)
    tool = _table(top.get("tool", {}), "[tool]", file)
    dependencies = project.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(entry, str) for entry in dependencies):
        raise FileError(file, None, "[project] dependencies must be a list of texts", 'For example: ["flask>=3.1"].')
    for name, group in groups.items():
        if not isinstance(group, list):
            raise FileError(file, None, f"[dependency-groups] {name} must be a list", 'For example: ["pytest>=9"].')
    return Declared(
        dependencies=tuple(dependencies),
        groups={name: group for name, group in groups.items() if isinstance(group, list)},
        requires_python=str(project.get("requires-python", "")),
        uv_settings=_table(tool.get("uv", {}), "[tool.uv]", file),
    )


def toml(data: bytes, file: str) -> dict[str, object]:
    """Parse TOML. Raises `FileError` with file and line."""
    import tomllib  # takes a while to import and is only needed when something changed

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise FileError(file, line, "the file is not UTF-8 text", "Save it as UTF-8.") from wrong
    for number, line_text in enumerate(text.splitlines(), 1):
        if line_text.startswith(("<<<<<<< ", ">>>>>>> ")) or line_text == "=======":
            raise FileError(file, number, "there are conflict markers of a merge here", "Settle the conflict first.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        place = re.search(r"\(at line (\d+)", str(wrong))
        line = int(place[1]) if place else text.count("\n") + 1
        words = re.sub(r" \(at .*\)$", "", str(wrong))
        raise FileError(file, line, f"not valid TOML: {words}", "Mend that line.") from wrong


def _table(value: object, name: str, file: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise FileError(file, None, f"{name} must be a table")
    return value
