"""Words of the command line taken as they are.

Typer reads every word through pydantic, whose import takes longer than all that `status` does. All our parameters are
words, lists of words, and flags: nothing is there to be read. Where Typer changes, it reads them itself again, slower.
"""

from __future__ import annotations

from typing import Any

_AS_THEY_ARE = (str, list[str], bool)


class _Words:
    """What Typer asks for a parameter's value."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value itself; nothing for a list is an empty list."""
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        return list(value) if isinstance(value, tuple) else value


def take_as_it_is(param: Any) -> None:
    """Let a parameter that takes words go past pydantic."""
    if getattr(getattr(param, "type_descriptor", None), "annotation", None) in _AS_THEY_ARE:
        param._runtime_param = _Words()


def take_words_as_they_are(command: Any) -> None:
    """Let the parameters of a command go past pydantic."""
    for param in command.params:
        take_as_it_is(param)
