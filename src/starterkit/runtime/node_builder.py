"""Build environments of kind `node`: a Node, and a node_modules that npm fills.

npm empties node_modules before it knows that it can fill it again. So npm works in a folder inside node_modules. When
that folder is complete, its packages replace the old packages.
"""

from __future__ import annotations

import shutil
from functools import cached_property
from pathlib import Path

from starterkit.errors import EnvironmentProblem
from starterkit.runtime.builder import EnvironmentBuilder
from starterkit.runtime.causes import DOCTOR
from starterkit.runtime.environment import Environment, program_variables
from starterkit.runtime.inventory import write_inventory
from starterkit.runtime.node import NODE_VARIABLES, KnownNode, find_node, fits, read_known_node, write_known_node
from starterkit.runtime.npm import NPM_SETTINGS, run_cached_first
from starterkit.runtime.package_json import compile_pins, declared_packages, is_locked
from starterkit.runtime.pins import required_folders
from starterkit.runtime.stamp import Files, Stamp


class NodeBuilder(EnvironmentBuilder):
    """Builds the node_modules of one project."""

    folder_name = "node_modules"
    belongs_there = "this project's packages"

    @cached_property
    def _node(self) -> KnownNode:
        wanted = declared_packages(self._files().declaration, self.environment.declaration).wanted_node
        known = read_known_node(self.folder)
        return known if known and fits(known.version, wanted) else find_node(wanted, self.source)

    def _prepared(self, was_outdated: bool) -> Environment:
        node = read_known_node(self.folder) or self._node
        variables = program_variables(node.program.parent, (*NODE_VARIABLES, *self.environment.clear))
        programs = {"node": str(node.program), "npm": str(node.npm)}
        return Environment(programs, variables, self.folder, beside_the_code=True)

    def _program_problem(self) -> str:
        return "" if read_known_node(self.folder) else "its Node is missing or was replaced"

    def _check_and_make_folder(self) -> None:
        _ = self._node  # find or fetch Node now, so that an error comes before the folder is created
        super()._check_and_make_folder()

    def _is_usable(self, stamp: Stamp | None, files: Files) -> bool:
        return stamp is not None and stamp.whole and stamp.files.pins == files.pins and not self._is_damaged()

    def _lists(self, files: Files) -> dict[str, dict[str, str]]:
        return declared_packages(files.declaration, self.environment.declaration).lists

    def _are_pinned(self, files: Files, stamp: Stamp | None) -> bool:
        return is_locked(files.pins, self._lists(files), self.environment.pins)

    def _record_program(self) -> None:
        write_known_node(self.folder, self._node)

    def _compile_pins(self, files: Files) -> bytes:
        return compile_pins(files.declaration, files.pins, self.environment, self.source)

    def _fill(self, files: Files, stamp: Stamp | None, is_usable: bool) -> None:
        with self._making() as making:
            making.mkdir()
            (making / self.environment.declaration).write_bytes(files.declaration)
            (making / self.environment.pins).write_bytes(files.pins)
            if (self.project / NPM_SETTINGS).is_file():
                shutil.copyfile(self.project / NPM_SETTINGS, making / NPM_SETTINGS)
            self.source.say(f"Installing packages in {self.folder_name}")
            what = f"the packages of {self.environment.pins}"
            run_cached_first(self._node, ["ci"], what, self.source, cwd=making)
            self._check_complete(making, files)
            self._take_over(files, making / self.folder_name)
        write_inventory(self.folder, ("",))

    def _check_complete(self, making: Path, files: Files) -> None:
        missing = [name for name in required_folders(files.pins) if not (making / name).exists()]
        if missing:
            raise EnvironmentProblem(
                f"npm did not install all packages in {self.environment.pins}. For example, {missing[0]} is missing. "
                "The cause is unknown.",
                DOCTOR,
            )
