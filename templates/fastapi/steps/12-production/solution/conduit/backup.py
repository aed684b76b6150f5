"""Commands that save all rows to a file and restore them. The file has a line of JSON for each row."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.orm import Session

from conduit import models  # noqa: F401, all tables must be known
from conduit.database import Base, engine

cli = typer.Typer()

File = Annotated[Path, typer.Argument(metavar="FILE")]


@cli.command()
def backup(file: File) -> None:
    """Write all rows of the database to FILE."""
    with Session(engine) as session, file.open("w", encoding="utf-8") as lines:
        if engine.name == "sqlite":
            session.execute(text("BEGIN"))  # all rows are from the same moment, even if the site writes now
        else:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                print(json.dumps([table.name, dict(row)], default=datetime.isoformat), file=lines)


@cli.command()
def restore(file: File) -> None:
    """Delete all rows of the database. Then add the rows in FILE. If the file is broken, change nothing."""
    tables = Base.metadata.sorted_tables  # a table comes after the tables that it refers to
    with Session(engine) as session:
        for table in reversed(tables):
            session.execute(delete(table))
        try:
            for line in file.read_text("utf-8").splitlines():
                name, row = json.loads(line)
                add_row(Base.metadata.tables[name], row, session)
        except (OSError, ValueError, KeyError) as error:
            typer.echo(f"{file} isn't a backup of this site.", err=True)
            raise typer.Exit(1) from error
        for table in tables:
            continue_ids(table, session)
        session.commit()


def add_row(table: Table, row: dict[str, Any], session: Session) -> None:
    """Add a row of a backup. JSON has no times, so each time is a text there."""
    times = [name for name in row if row[name] and table.columns[name].type.python_type is datetime]
    session.execute(insert(table).values({**row, **{name: datetime.fromisoformat(row[name]) for name in times}}))


def continue_ids(table: Table, session: Session) -> None:
    """Tell PostgreSQL the highest id of the restored rows, because its counter doesn't see them."""
    if engine.name == "postgresql" and "id" in table.columns:
        counter = func.pg_get_serial_sequence(f'"{table.name}"', "id")
        session.execute(select(func.setval(counter, func.max(table.columns["id"]))))
