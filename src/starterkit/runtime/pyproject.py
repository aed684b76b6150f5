"""What a Python project's declaration (pyproject.toml) says about packages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starterkit.errors import FileError
from starterkit.textfile import parse_toml

_FLOOR = re.compile(r">=\s*(\d+)\.(\d+)")


@dataclass(frozen=True)
class Declared:
    """The parts of a declaration that decide which packages belong into the environment."""

    dependencies: tuple[str, ...]
    groups: dict[str, list[object]]
    requires_python: str

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
    top = parse_toml(data, file)
    project = _table(top.get("project", {}), "[project]", file)
    groups = _table(top.get("dependency-groups", {}), "[dependency-groups]", file)
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
    )


def _table(value: object, name: str, file: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise FileError(file, None, f"{name} must be a table")
    return value
