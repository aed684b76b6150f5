"""Code that depends on Typer's internals: faster parsing, and errors in starterkit's words.

tests/cli/test_typer.py checks the assumptions about Typer, and says what to do if Typer changes.
"""

from __future__ import annotations

from typing import Any

import typer

from starterkit.errors import UsageError

_STRINGS_AND_FLAGS = (str, list[str], bool)
# Typer's own texts for these options are hard to read.
_COMPLETION_HELP = {
    "install_completion": "Install tab completion for your shell.",
    "show_completion": "Print the script for tab completion, so that you can copy or change it.",
}


class _Unconverted:
    """Replaces Typer's conversion and returns each value as it is.

    Typer converts values with pydantic, which takes longer to import than `starterkit status` takes to run. All
    parameters of starterkit are strings, lists of strings and flags, so no conversion is needed.
    """

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        return list(value) if isinstance(value, tuple) else value


def skip_conversion(param: Any) -> None:
    """Skip pydantic's conversion for a parameter. With an unknown version of Typer, do nothing."""
    if getattr(getattr(param, "type_descriptor", None), "annotation", None) in _STRINGS_AND_FLAGS:
        param._runtime_param = _Unconverted()


def show_plainly(param: Any) -> None:
    """In the help, show arguments by name only, such as `[TEST]...`, flags without a type, and plain texts."""
    if param.param_type_name == "argument":
        vars(param)["display_type_rich"] = lambda ctx: None
        if param.required:
            dots = "..." if param.nargs != 1 and "..." not in param.metavar else ""
            vars(param)["_usage_display_name"] = lambda: param.metavar + dots
    elif param.metavar is None:
        param.metavar = ""
    if param.name in _COMPLETION_HELP:
        param.help = _COMPLETION_HELP[param.name]


def usage_error(error: typer.TyperException) -> UsageError:
    """Convert an error of Typer to a `UsageError`, by its class and not by its message."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else "starterkit"
    option = getattr(error, "option_name", "")
    if option and hasattr(error, "possibilities"):
        fix = _nearest_option(option, context) or f"To see the options of this command, type `{command} --help`."
        return UsageError(f"`{command}` has no option {option}.", fix)
    parameter = getattr(error, "param", None)
    fix = f"To see the arguments and options of this command, type `{command} --help`."
    # Typer has no class for a missing or invalid value, so check the attributes.
    if not option and parameter is not None and not getattr(error, "message", ""):
        return UsageError(f"`{command}` needs a value for {parameter.metavar or parameter.name.upper()}.", fix)
    message = error.format_message()
    return UsageError(message if message.endswith((".", "!", "?")) else f"{message}.", fix)


def reject_extra(context: Any, extra: list[str]) -> None:
    """Raise `UsageError` for extra arguments."""
    if extra and not context.resilient_parsing:
        command = context.command_path
        raise UsageError(
            f'`{command}` doesn\'t accept the argument "{" ".join(extra)}".',
            f"To see the arguments and options of this command, type `{command} --help`.",
        )


def unknown_command(name: str, known: list[str]) -> UsageError:
    """Return the error for an unknown command."""
    fix = "To see all commands, type `starterkit --help`." if name == "help" else _nearest(name, known)
    return UsageError(f"There is no command `{name}`.", fix)


def _nearest_option(option: str, context: Any) -> str:
    if context is None:
        return ""
    if option == "-C":
        return f"Type -C before the command: `starterkit -C FOLDER {context.info_name}`."
    names = [name for param in context.command.params for name in param.opts if name.startswith("--")]
    # Compare names without dashes, because all options start with dashes.
    suggestion = _nearest(option.lstrip("-"), [name.lstrip("-") for name in (*names, "--help")])
    return suggestion.replace(' "', ' "--') if suggestion.startswith("Did you mean") else ""


def _nearest(name: str, known: list[str]) -> str:
    from starterkit.yamlfile import did_you_mean  # noqa: PLC0415 - slow, and only wrong usage needs it

    return did_you_mean(name, known)
