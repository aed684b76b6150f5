"""What starterkit assumes about Typer's inside. All of it is used in cli/typer_adapter.py.

If a test here fails after an upgrade of Typer, the commands still work: an unknown parameter is read by Typer itself,
through pydantic, and an unknown error keeps Typer's message. But every command starts about 0.1 s later. Then:

1. Read how the new Typer converts a value: look for `coerce` and `_runtime_param` in typer/core.py.
2. Change `skip_conversion` and `_Unconverted` so that these tests pass, and `tests/cli/test_imports.py` too.
3. Without a way to skip the conversion, delete both, and take pydantic out of `SLOW` in tests/cli/test_imports.py.
"""

from __future__ import annotations

from typing import Any

import pytest
import typer

from starterkit.cli import typer_adapter
from starterkit.cli.console.console import Console
from tests.support.commands import loaded_command_line


def _commands(group: Any) -> list[Any]:
    below = [command for child in getattr(group, "commands", {}).values() for command in _commands(child)]
    return [group, *below]


PARAMS = [param for command in _commands(loaded_command_line()) for param in command.params]


def test_every_parameter_is_a_string_a_list_of_strings_or_a_flag() -> None:
    """`_Unconverted` converts nothing, so another type (an int, a path) would arrive as a string."""
    own = [param for param in PARAMS if param.name not in ("install_completion", "show_completion")]

    assert {str(param.type_descriptor.annotation) for param in own} <= {"<class 'str'>", "<class 'bool'>", "list[str]"}


def test_typer_reads_values_with_the_object_that_is_put_into_a_parameter() -> None:
    assert PARAMS
    for param in PARAMS:
        assert hasattr(param, "_runtime_param"), "Typer keeps its converter under another name"
        assert isinstance(param.get_runtime_param(), typer_adapter._Unconverted), param.name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "--jsn"], "`starterkit list` has no option --jsn."),
        (["list", "--json=x"], "Option '--json' does not take a value."),
        (["run", "--port"], "Option '--port' requires an argument."),
        (["template", "add-step"], "`starterkit template add-step` needs a value for TEMPLATE."),
    ],
)
def test_typers_errors_have_the_attributes_that_tell_their_kind(arguments: list[str], message: str) -> None:
    with pytest.raises(typer.TyperException) as caught:
        loaded_command_line().main(arguments, prog_name="starterkit", standalone_mode=False, obj=Console())

    assert typer_adapter.usage_error(caught.value).message == message
