"""Read the packages that a pyproject.toml declares."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starterkit.errors import FileError
from starterkit.textfile import parse_toml

_FLOOR = re.compile(r">=\s*(\d+)\.(\d+)")


@dataclass(frozen=True)
class Declared:
    """The parts of a pyproject.toml that decide which packages are installed."""

    dependencies: tuple[str, ...]
    groups: dict[str, list[object]]
    requires_python: str

    @property
    def has_dev_group(self) -> bool:
        return "dev" in self.groups

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements to pin: those of the project and of its dev group."""
        dev = self.groups.get("dev", [])
        return (*self.dependencies, *(entry for entry in dev if isinstance(entry, str)))

    @property
    def lowest_python(self) -> tuple[int, int]:
        """The oldest Python version that the project supports (default: 3.11)."""
        floor = _FLOOR.search(self.requires_python)
        return (int(floor[1]), int(floor[2])) if floor else (3, 11)


def declared(data: bytes, file: str) -> Declared:
    """Read a pyproject.toml. Raises `FileError` with file and line if it isn't valid."""
    top = parse_toml(data, file)
    project = table(top.get("project", {}), "[project]", file)
    groups = table(top.get("dependency-groups", {}), "[dependency-groups]", file)
    dependencies = project.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(entry, str) for entry in dependencies):
        raise FileError(
            file, None, "`dependencies` of [project] must be a list of strings", 'For example: ["flask>=3.1"].'
        )
    for name, group in groups.items():
        if not isinstance(group, list):
            raise FileError(
                file, None, f"`{name}` of [dependency-groups] must be a list", 'For example: ["pytest>=9"].'
            )
    return Declared(
        dependencies=tuple(dependencies),
        groups={name: group for name, group in groups.items() if isinstance(group, list)},
        requires_python=str(project.get("requires-python", "")),
    )


def table(value: object, name: str, file: str) -> dict[str, object]:
    """Return `value` if it is a TOML table. Otherwise raises `FileError`, in which `name` names the value."""
    if not isinstance(value, dict):
        raise FileError(
            file, None, f"{name} must be a table", f"Write {name} on a line, with its keys on the lines below."
        )
    return value
