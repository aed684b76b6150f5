"""Creating, repairing and filling a project's node_modules; one command at a time.

npm empties node_modules before it knows whether it can fill it. So it works in a folder inside of it, and what it made
takes the place of the old only when it is whole.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.causes import DOCTOR
from starterkit.runtime.inventory import MAKING, damage, take_over, update_inventory, write_inventory
from starterkit.runtime.lock import locked
from starterkit.runtime.node import KnownNode, find_node, read_known_node, write_known_node
from starterkit.runtime.node_environment import FOLDER, up_to_date
from starterkit.runtime.npm import run_cached_first
from starterkit.runtime.package_json import (
    DeclaredPackages,
    compile_pins,
    declared_packages,
    is_locked,
    required_folders,
)
from starterkit.runtime.python_environment import read_files
from starterkit.runtime.stamp import Files, Stamp, read_stamp, write_stamp, write_whole
from starterkit.runtime.versions import fits
from starterkit.template.model import EnvironmentSpec

_LOCK = "starterkit.lock"
_SETTINGS = ".npmrc"


@dataclass(frozen=True)
class NodeBuilder:
    """One bringing up to date of one project's environment."""

    project: Path
    environment: EnvironmentSpec
    offline: bool
    bundle: Bundle | None
    say: Progress
    fresh: bool = False

    @property
    def folder(self) -> Path:
        return self.project / FOLDER

    def bring_up_to_date(self) -> KnownNode:
        """Make the environment what the project says, doing as little as that needs; return the Node it is for."""
        lists = self._declared(read_files(self.project, self.environment))
        node = self._node(lists)
        self._make_folder()
        with locked(self.folder / _LOCK, say=self.say, what="this project's environment") as lock:
            known = up_to_date(self.project, self.environment)
            if known is not None and not self.fresh:
                return known  # another command did it while this one waited
            files = read_files(self.project, self.environment)
            stamp = read_stamp(self.folder)
            usable = stamp is not None and self._is_usable(stamp, files)
            if not usable or stamp is None or self._declared(stamp.files).lists != lists.lists:
                files = self._with_pins(files, lists)
                self._fill(files, node, lock)
                write_inventory(self.folder, ("",))
            else:
                update_inventory(self.folder)
            write_known_node(self.folder, node)
            write_stamp(self.folder, Stamp(True, files))
        return node

    def _is_usable(self, stamp: Stamp, files: Files) -> bool:
        """True if the packages are the pinned ones; says so if they are damaged."""
        if self.fresh or not stamp.whole or stamp.files.pins != files.pins:
            return False
        damaged = damage(self.folder)
        if damaged:
            self.say(f"The environment is damaged: {damaged}")
        return not damaged

    def _declared(self, files: Files) -> DeclaredPackages:
        return declared_packages(files.declaration, self.environment.declaration)

    def _node(self, lists: DeclaredPackages) -> KnownNode:
        known = read_known_node(self.folder)
        if known is not None and fits(known.version, lists.wanted_node):
            return known
        return find_node(lists.wanted_node, offline=self.offline, bundle=self.bundle, say=self.say)

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
        except FileExistsError as taken:
            raise UsageError(
                f"{self.folder} is in the way: the packages of this project belong there.", "Move it away or delete it."
            ) from taken

    def _with_pins(self, files: Files, lists: DeclaredPackages) -> Files:
        """Compile the pins again where they were made from another list of packages."""
        if is_locked(files.pins, lists.lists, self.environment.pins):
            return files
        self.say(f"Pinning what {self.environment.declaration} names in {self.environment.pins}")
        pins = compile_pins(
            files.declaration,
            files.pins,
            self.environment,
            offline=self.offline,
            bundle=self.bundle,
            say=self.say,
        )
        write_whole(self.project / self.environment.pins, pins)
        return Files(files.declaration, pins)

    def _fill(self, files: Files, node: KnownNode, lock: int) -> None:
        making = self.folder / MAKING
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        (making / self.environment.declaration).write_bytes(files.declaration)
        (making / self.environment.pins).write_bytes(files.pins)
        if (self.project / _SETTINGS).is_file():
            shutil.copyfile(self.project / _SETTINGS, making / _SETTINGS)
        what = f"the packages of {self.environment.pins}"
        self.say(f"Filling {FOLDER}")
        try:
            run_cached_first(
                node,
                ["ci"],
                what=what,
                cwd=making,
                offline=self.offline,
                bundle=self.bundle,
                say=self.say,
                keep_open=(lock,),
            )
            self._check_complete(making, files)
            write_stamp(self.folder, Stamp(False, files))
            take_over(self.folder, making / FOLDER)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _check_complete(self, making: Path, files: Files) -> None:
        """Raise `EnvironmentProblem` if npm left out a package without a word, as some of its settings make it do."""
        missing = [name for name in required_folders(files.pins) if not (making / name).exists()]
        if missing:
            raise EnvironmentProblem(
                f"npm installed the packages of {self.environment.pins} without {len(missing)} of them, for example "
                f"{missing[0]}. The cause is unknown.",
                DOCTOR,
            )
