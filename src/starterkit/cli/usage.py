"""What Typer says about wrong usage, in our words: one clear line, and the nearest right one."""

from __future__ import annotations

import re
from typing import Any

from typer import TyperException

from starterkit.errors import UsageError
from starterkit.yamlfile import nearest


def in_our_words(wrong: TyperException) -> UsageError:
    """Return the usage error that says the same as one of Typer's."""
    context: Any = getattr(wrong, "ctx", None)
    command = context.command_path if context else "starterkit"
    option = getattr(wrong, "option_name", "")
    if option and hasattr(wrong, "possibilities"):
        fix = _nearest_option(option, context) or f"`{command} --help` lists its options."
        return UsageError(f"`{command}` has no option {option}.", fix)
    message = wrong.format_message()
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)\.?", message)
    if extra:
        return UsageError(f"`{command}` does not take {extra[1]}.", f"`{command} --help` shows what it takes.")
    if not message.endswith((".", "!", "?")):
        message += "."
    return UsageError(message, f"`{command} --help` shows what can stand there.")


def _nearest_option(option: str, context: Any) -> str:
    if context is None:
        return ""
    if option == "-C":
        return f"It comes before the command: `starterkit -C FOLDER {context.info_name}`."
    known = [name for param in context.command.params for name in param.opts if name.startswith("--")]
    found = nearest(option, known)
    return found if found.startswith("Did you mean") else ""
