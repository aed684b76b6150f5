"""Commands that save all rows to a file and restore them. The file has a line of JSON for each row."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from conduit.extensions import db


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write all rows of the database to FILE."""
    if db.engine.name == "sqlite":
        db.session.execute(text("BEGIN"))  # all rows are from the same moment, even if the site writes now
    else:
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    with file.open("w", encoding="utf-8") as lines:
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(select(table)).mappings():
                print(json.dumps([table.name, dict(row)], default=datetime.isoformat), file=lines)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Delete all rows of the database. Then add the rows in FILE. If the file is broken, change nothing."""
    try:
        with file.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(delete(table))
        for name, row in rows:
            add_row(db.metadata.tables[name], row)
        for table in db.metadata.sorted_tables:
            continue_ids(table)
        db.session.commit()
    except (ValueError, TypeError, KeyError, SQLAlchemyError) as error:
        db.session.rollback()
        raise click.ClickException(f"{file} is broken, and nothing was changed: {error}") from error
    click.echo(f"Restored {len(rows)} rows.")


def add_row(table: Table, row: dict[str, Any]) -> None:
    """Add a row of a backup. JSON has no times, so each time is a text there."""
    times = [name for name in row if row[name] and table.columns[name].type.python_type is datetime]
    db.session.execute(insert(table).values({**row, **{name: datetime.fromisoformat(row[name]) for name in times}}))


def continue_ids(table: Table) -> None:
    """Tell PostgreSQL the highest id of the restored rows, because its counter doesn't see them."""
    if db.engine.name == "postgresql" and "id" in table.columns:
        counter = func.pg_get_serial_sequence(table.name, "id")
        db.session.execute(select(func.setval(counter, func.max(table.columns["id"]))))
