"""Whether the submission changed what judges it: functions of trusted modules, and tools that look into the tests.

Imported by `python_tests` inside the sandbox, before any of the submission's code.
"""

from __future__ import annotations

import operator
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

# What the tests themselves are made of: here any function or class that is replaced counts, whatever it says of itself.
_NEAREST = ("tests", "pytest", "_pytest", "pluggy", "builtins")
_LOOKED_AT = (
    "gc.get_objects",
    "gc.get_referrers",
    "gc.get_referents",
    "sys.settrace",
    "sys.setprofile",
    "sys.addaudithook",
    "sys.monitoring.register_callback",
    "sys._getframe",
    "sys._current_frames",
    "sys._current_exceptions",
    "ctypes.dlopen",
    "ctypes.dlsym",
    "ctypes.call_function",
)
_READING = ("open", "os.listdir", "os.scandir", "os.rename", "os.remove")
_FRAMES = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")
_PARTS_OF_A_FUNCTION = ("__code__", "__defaults__", "__kwdefaults__")
_CODE = types.CodeType
_FUNCTION = types.FunctionType


class Watched:
    """Everything that is looked at, and what was found."""

    def __init__(self, site: str, trusted: Iterable[str], found: Callable[[str], None]) -> None:
        self._site = site.rstrip("/") + "/"
        self._trusted = frozenset(trusted)
        self._found = found
        self._rows: dict[int, _Namespace] = {}
        self._codes: dict[int, _CODE] = {}
        self._functions: dict[int, object] = {}
        self._hooks = (sys.gettrace(), sys.getprofile())

    def is_submitted(self, file: str) -> bool:
        """Tell whether code that says it is from this file is the submission's, or from nowhere."""
        if not file.startswith(self._site):
            return file[:1] in ("<", "") and not file.startswith("<frozen")
        return file[len(self._site) :] not in self._trusted

    def remember(self) -> None:
        """Take all modules that are loaded now and were not known yet for trusted, but the submission's."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None) or ""
            if name == "__main__" or not isinstance(module, types.ModuleType) or self._is_own(file):
                continue
            for label, space in _namespaces(name, module):
                if id(space) not in self._rows:
                    nearest = name.partition(".")[0] in _NEAREST
                    self._rows[id(space)] = _Namespace(label, space, nearest)
                    if nearest:
                        self._trust(space)

    def trust(self, spaces: Iterable[Any]) -> None:
        """Take the functions of these modules and classes for trusted: who changes their insides is told of."""
        for space in spaces:
            self._trust(space)

    def _is_own(self, file: str) -> bool:
        return file.startswith(self._site) and file[len(self._site) :] not in self._trusted

    def _trust(self, space: Any) -> None:
        for value in list(space.values()):
            function = _function_of(value)
            if type(function) is _FUNCTION:
                self._functions[id(function)] = function
                self._trust_code(function.__code__)

    def _trust_code(self, code: _CODE) -> None:
        if id(code) not in self._codes:
            self._codes[id(code)] = code
            for part in code.co_consts:
                if isinstance(part, _CODE):
                    self._trust_code(part)

    def look(self, *, everywhere: bool) -> None:
        """Compare with what was remembered; tell what was replaced."""
        for row in self._rows.values():
            if everywhere or row.nearest:
                for name, value in row.replaced():
                    if self._is_forged(value, nearest=row.nearest):
                        self._found(f"it replaced {row.label}.{name}")
        if (sys.gettrace(), sys.getprofile()) != self._hooks:
            self._found("it watches the tests step by step (sys.settrace or sys.setprofile)")

    def _is_forged(self, value: object, *, nearest: bool) -> bool:
        value = _function_of(value)
        if type(value) is _FUNCTION:
            if id(value.__code__) in self._codes:
                return False
            return nearest or self._is_own(value.__code__.co_filename) or value.__code__.co_filename == "<string>"
        if nearest:
            return True
        kind = value if issubclass(type(value), type) else type(value)
        module = sys.modules.get(getattr(kind, "__module__", "") or "")
        return self._is_own(getattr(module, "__file__", None) or "")

    def listen(self, tests: Iterable[str]) -> None:
        """From now on, be told by Python itself who looks into the tests or changes a function's insides.

        `tests` are the folders of the tests, relative to the site.
        """
        looked_at, reading, parts = frozenset(_LOOKED_AT), frozenset(_READING), _PARTS_OF_A_FUNCTION
        functions, is_submitted, found, frame = self._functions, self.is_submitted, self._found, sys._getframe
        places, site, whole = tuple(self._site + one for one in tests), self._site, os.path.normpath
        words, of_reading, of_frames = _words, _BETWEEN, _BETWEEN_FRAMES
        busy: list[int] = []

        def in_the_tests(path: object) -> bool:
            text = path.decode("utf-8", "replace") if type(path) is bytes else path
            return type(text) is str and (whole(text if text[:1] == "/" else site + text) + "/").startswith(places)

        def counts(event: str, args: tuple[Any, ...]) -> bool:
            if event == "object.__getattr__":
                return args[1] in _FRAMES
            if event == "object.__setattr__":
                return args[1] in parts and id(args[0]) in functions
            if event in reading:
                return bool(args) and in_the_tests(args[0])
            return event in looked_at

        def hook(event: str, args: tuple[Any, ...]) -> None:
            if busy or not counts(event, args):
                return
            busy.append(1)
            try:
                caller, between = frame(1), of_reading if event in reading else of_frames
                # Past the parts of Python through which such a thing is asked for.
                while caller is not None and caller.f_code.co_filename.startswith(between):
                    caller = caller.f_back  # type: ignore[assignment]
                # A thread of its own has nothing of ours in its frames, and may have started with such a part.
                is_theirs = event != "sys._getframe" if caller is None else is_submitted(caller.f_code.co_filename)
                if is_theirs:
                    found(words(event, args))
            finally:
                busy.clear()

        sys.addaudithook(hook)


_LIBRARY = (types.__file__ or "").rpartition("/")[0] + "/"
_BETWEEN_FRAMES = (
    "<frozen",
    *(
        _LIBRARY + name
        for name in ("inspect.py", "ctypes/", "weakref.py", "functools.py", "contextlib.py", "timeit.py")
    ),
    *(_LIBRARY + name for name in ("threading.py", "concurrent/", "sched.py", "copy.py", "_weakrefset.py")),
)
_BETWEEN = (
    "<frozen",
    *(_LIBRARY + name for name in ("pathlib", "os.py", "glob.py", "shutil.py", "io.py", "inspect.py", "linecache.py")),
    *(_LIBRARY + name for name in ("importlib/", "tokenize.py", "codecs.py")),
)


def _words(event: str, args: tuple[Any, ...]) -> str:
    if event in _READING:
        return f"it looked into the tests ({event} of {str(args[0])[-60:]})"
    if event == "object.__setattr__":
        return f"it changed {args[1]} of {getattr(args[0], '__qualname__', 'a function')} of the tests"
    if event == "object.__getattr__":
        return f"it looked into the running tests ({args[1]})"
    return f"it looked into the running tests ({event})"


class _Namespace:
    """One module or class: its functions and classes as they were."""

    def __init__(self, label: str, space: Any, nearest: bool) -> None:
        self.label, self.space, self.nearest = label, space, nearest
        kept = {name: value for name, value in list(space.items()) if _counts(value)}
        self._names, self._values = tuple(kept), tuple(kept.values())
        self._get = operator.itemgetter(*kept) if len(kept) > 1 else None

    def replaced(self) -> Iterator[tuple[str, object]]:
        if self._get is not None:
            try:
                now = self._get(self.space)
            except KeyError:
                now = None
            if now is not None and all(map(operator.is_, now, self._values)):
                return
        for name, was in zip(self._names, self._values, strict=True):
            value = self.space.get(name, was)
            if value is not was:
                yield name, value


def _counts(value: object) -> bool:
    return issubclass(type(value), _COUNTING)  # an object may lie about its class, or load half a framework to tell it


def _function_of(value: Any) -> Any:
    return value.__func__ if type(value) in (staticmethod, classmethod, types.MethodType) else value


_COUNTING = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    staticmethod,
    classmethod,
    property,
    type,
)


def _namespaces(name: str, module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    yield name, module.__dict__
    for key, value in list(module.__dict__.items()):
        if issubclass(type(value), type) and type.__getattribute__(value, "__dict__").get("__module__") == name:
            yield f"{name}.{key}", value.__dict__
