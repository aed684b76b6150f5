"""The command `starterkit template schema`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.options import argument, console_of
from starterkit.errors import UsageError
from starterkit.template.schemas import SCHEMAS, schema_text
from starterkit.yamlfile import did_you_mean


def schema(
    context: typer.Context,
    file: Annotated[str, argument("path|step", "File that the schema describes: path.yml or step.yml.")],
) -> None:
    """Print the JSON Schema of path.yml or step.yml for your editor."""
    if file not in SCHEMAS:
        raise UsageError(f'Unknown schema "{file}".', did_you_mean(file, list(SCHEMAS)))
    console_of(context).verbatim(schema_text(file).rstrip("\n"))
