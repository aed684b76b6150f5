"""Create, fill and repair the environment of a project. A lock allows one command at a time.

If the project's declaration and pins equal the environment's stamp, only a few files are read and no program starts.
"""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from starterkit.errors import EnvironmentProblem, FileError, UsageError
from starterkit.paths import locked
from starterkit.runtime.environment import Environment
from starterkit.runtime.inventory import MAKING, damage, is_unchanged, take_over, update_inventory
from starterkit.runtime.offline_first import PackageSource
from starterkit.runtime.stamp import Files, Stamp, read_files, read_stamp, stamp_problem, write_stamp, write_whole
from starterkit.template.model import EnvironmentSpec

LOCK = "starterkit.lock"


class EnvironmentBuilder(ABC):
    """Prepares the environment of one project. A subclass builds one kind of environment.

    With `fresh`, the environment is always created again.
    """

    folder_name: ClassVar[str]
    belongs_there: ClassVar[str]

    def __init__(self, project: Path, environment: EnvironmentSpec, source: PackageSource, fresh: bool = False) -> None:
        self.project = project.absolute()
        self.folder = self.project / self.folder_name
        self.environment = environment
        self.source = source
        self.fresh = fresh

    def prepare(self) -> Environment:
        """Return the environment of the project, and create or update it if needed.

        Raises the errors that `starterkit.runtime.prepare.prepare` lists.
        """
        is_outdated = self.fresh or not self._is_up_to_date()
        if is_outdated:
            try:
                self._update()
            except OSError as denied:
                file = denied.filename or self.folder
                raise EnvironmentProblem(
                    f"starterkit can't install the packages, because it can't write {file}: {denied.strerror}.",
                    "Make the folder writable, then run the command again.",
                ) from denied
        return self._prepared(is_outdated)

    def problem(self) -> str:
        """Return the reason why the environment must be created or updated, or "". This starts no program."""
        return self._stamp_or_program_problem() or damage(self.folder)

    def _is_up_to_date(self) -> bool:
        return not self._stamp_or_program_problem() and is_unchanged(self.folder)

    def _stamp_or_program_problem(self) -> str:
        return stamp_problem(self.folder, self._files()) or self._program_problem()

    def _files(self) -> Files:
        return read_files(self.project, self.environment)

    def _update(self) -> None:
        self._check_and_make_folder()
        with locked(self.folder / LOCK, say=self.source.say, what="this project's environment") as lock:
            if not self.fresh and self._is_up_to_date():
                return  # another command updated the environment while this command waited for the lock
            self.source = replace(self.source, keep_open=(lock,))
            files, stamp = self._files(), read_stamp(self.folder)
            is_usable = not self.fresh and self._is_usable(stamp, files)
            if stamp and is_usable and stamp.files.pins == files.pins and not self._lists_changed(stamp.files, files):
                update_inventory(self.folder)
            else:
                if not self._are_pinned(files, stamp):
                    files = self._pin(files)
                self._fill(files, stamp, is_usable)
            self._record_program()
            write_stamp(self.folder, Stamp(True, files))

    @abstractmethod
    def _prepared(self, was_outdated: bool) -> Environment: ...

    @abstractmethod
    def _program_problem(self) -> str: ...

    @abstractmethod
    def _is_usable(self, stamp: Stamp | None, files: Files) -> bool: ...

    @abstractmethod
    def _lists(self, files: Files) -> object:
        """Return the parts of the declaration that decide which packages are pinned. Raises `FileError`."""

    @abstractmethod
    def _are_pinned(self, files: Files, stamp: Stamp | None) -> bool: ...

    @abstractmethod
    def _compile_pins(self, files: Files) -> bytes: ...

    @abstractmethod
    def _fill(self, files: Files, stamp: Stamp | None, is_usable: bool) -> None:
        """Install the pinned packages and write the inventory."""

    def _record_program(self) -> None:
        return

    def _check_and_make_folder(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
        except FileExistsError as taken:
            raise UsageError(
                f"{self.folder} is a file, but starterkit needs a folder there for {self.belongs_there}.",
                "Move the file to another folder, or delete it.",
            ) from taken

    def _lists_changed(self, before: Files, now: Files) -> bool:
        try:
            return self._lists(before) != self._lists(now)
        except FileError:
            return True

    def _is_damaged(self) -> bool:
        problem = damage(self.folder)
        if problem:
            self.source.say(f"The environment of this project is damaged: {problem}")
        return bool(problem)

    def _pin(self, files: Files) -> Files:
        self.source.say(f"Writing the exact package versions to {self.environment.pins}")
        pins = self._compile_pins(files)
        write_whole(self.project / self.environment.pins, pins)
        return Files(files.declaration, pins)

    @contextmanager
    def _making(self) -> Iterator[Path]:
        """Yield the path at which the new environment is built. Files that remain there are removed after the block."""
        making = self.folder / MAKING
        shutil.rmtree(making, ignore_errors=True)
        try:
            yield making
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _take_over(self, files: Files, made: Path) -> None:
        write_stamp(self.folder, Stamp(False, files))
        take_over(self.folder, made)
