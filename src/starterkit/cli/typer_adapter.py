"""Everything that depends on Typer's inside: a faster way to read values, and its errors in starterkit's words.

tests/cli/test_typer.py checks what is assumed here, and says what to do if Typer changes.
"""

from __future__ import annotations

from typing import Any

import typer

from starterkit.errors import UsageError

_STRINGS_AND_FLAGS = (str, list[str], bool)


class _Unconverted:
    """A converter for Typer that returns each value as it is.

    Typer converts values with pydantic, whose import takes longer than all of `starterkit status`. All parameters of
    starterkit are strings, lists of strings and flags, so there is nothing to convert.
    """

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value, and an empty sequence for a list without values."""
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        return list(value) if isinstance(value, tuple) else value


def skip_conversion(param: Any) -> None:
    """Let the values of a parameter go past pydantic. With an unknown Typer, nothing changes."""
    if getattr(getattr(param, "type_descriptor", None), "annotation", None) in _STRINGS_AND_FLAGS:
        param._runtime_param = _Unconverted()


def show_plainly(param: Any) -> None:
    """Show an argument by its name only, such as `[TEST]...`, and a flag without a type."""
    if param.param_type_name == "argument":
        vars(param)["display_type_rich"] = lambda ctx: None
        if param.required:
            dots = "..." if param.nargs != 1 and "..." not in param.metavar else ""
            vars(param)["_usage_display_name"] = lambda: param.metavar + dots
    elif param.metavar is None:
        param.metavar = ""


def usage_error(error: typer.TyperException) -> UsageError:
    """Return one of Typer's errors in starterkit's words, chosen by its kind and not by its message."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else "starterkit"
    option = getattr(error, "option_name", "")
    if option and hasattr(error, "possibilities"):
        fix = _nearest_option(option, context) or f"`{command} --help` lists its options."
        return UsageError(f"`{command}` has no option {option}.", fix)
    parameter = getattr(error, "param", None)
    fix = f"`{command} --help` shows what it accepts."
    # Typer gives an error about an option's value, or the lack of a value, no kind.
    if not option and parameter is not None and not getattr(error, "message", ""):
        return UsageError(f"`{command}` needs {parameter.metavar or parameter.name.upper()}.", fix)
    message = error.format_message()
    return UsageError(message if message.endswith((".", "!", "?")) else f"{message}.", fix)


def reject_extra(context: Any, extra: list[str]) -> None:
    """Raise `UsageError` for arguments that a command doesn't accept."""
    if extra and not context.resilient_parsing:
        command = context.command_path
        raise UsageError(
            f'`{command}` doesn\'t accept "{" ".join(extra)}".', f"`{command} --help` shows what it accepts."
        )


def unknown_command(name: str, known: list[str]) -> UsageError:
    """Return the error for a command that does not exist."""
    fix = "`starterkit --help` shows all commands." if name == "help" else _nearest(name, known)
    return UsageError(f"There is no command `{name}`.", fix)


def _nearest_option(option: str, context: Any) -> str:
    if context is None:
        return ""
    if option == "-C":
        return f"Type -C before the command: `starterkit -C FOLDER {context.info_name}`."
    names = [name for param in context.command.params for name in param.opts if name.startswith("--")]
    # The dashes are equal in all options, so they don't count as similar.
    suggestion = _nearest(option.lstrip("-"), [name.lstrip("-") for name in (*names, "--help")])
    return suggestion.replace(' "', ' "--') if suggestion.startswith("Did you mean") else ""


def _nearest(name: str, known: list[str]) -> str:
    from starterkit.yamlfile import did_you_mean  # noqa: PLC0415 - slow, and only wrong usage needs it

    return did_you_mean(name, known)
