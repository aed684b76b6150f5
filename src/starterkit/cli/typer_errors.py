"""Wrong usage in starterkit's words, from the kind of Typer's error and never from its message."""

from __future__ import annotations

from typing import Any

from typer import TyperException

from starterkit.errors import UsageError
from starterkit.yamlfile import did_you_mean


def usage_error_of(wrong: TyperException) -> UsageError:
    """Return the usage error that says the same as one of Typer's."""
    context: Any = getattr(wrong, "ctx", None)
    command = context.command_path if context else "starterkit"
    option = getattr(wrong, "option_name", "")
    if option and hasattr(wrong, "possibilities"):
        fix = _nearest_option(option, context) or f"`{command} --help` lists its options."
        return UsageError(f"`{command}` has no option {option}.", fix)
    fix = f"`{command} --help` shows what can stand there."
    if option:  # Typer gives an option's value, or the lack of one, no kind
        return UsageError(_sentence(wrong.format_message()), fix)
    parameter = getattr(wrong, "param", None)
    if parameter is not None and not getattr(wrong, "message", ""):
        return UsageError(f"`{command}` needs {parameter.metavar or parameter.name.upper()}.", fix)
    return UsageError(_sentence(wrong.format_message()), fix)


def reject_extra(context: Any, extra: list[str]) -> None:
    """Raise `UsageError` for arguments that a command does not take."""
    if extra and not context.resilient_parsing:
        command = context.command_path
        raise UsageError(f"`{command}` does not take {' '.join(extra)}.", f"`{command} --help` shows what it takes.")


def _sentence(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _nearest_option(option: str, context: Any) -> str:
    if context is None:
        return ""
    if option == "-C":
        return f"It comes before the command: `starterkit -C FOLDER {context.info_name}`."
    known = [name for param in context.command.params for name in param.opts if name.startswith("--")]
    found = did_you_mean(option, known)
    return found if found.startswith("Did you mean") else ""
