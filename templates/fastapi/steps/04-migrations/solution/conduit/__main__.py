"""Commands for the terminal, for example `python -m conduit init-db`."""

from pathlib import Path
from typing import Annotated

import typer
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import MetaData, inspect
from sqlalchemy.orm import Session

from conduit import models  # noqa: F401, the tables must be known before they are created
from conduit.database import Base, engine
from conduit.filling import fill
from conduit.seed import add_samples

ALEMBIC = Path(__file__).parents[1] / "alembic.ini"

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@cli.command()
def init_db(empty: Annotated[bool, typer.Option("--empty", help="Leave out the sample articles.")] = False) -> None:
    """Delete everything in the database. Then create the tables and the sample articles."""
    old = MetaData()
    old.reflect(engine)
    old.drop_all(engine)
    upgrade(Config(ALEMBIC), "head")
    if not empty:
        with Session(engine) as session:
            add_samples(session)
            session.commit()
    typer.echo("Created the database.")


@cli.command()
def check_db() -> None:
    """Check that the database has all tables and columns of the models."""
    database = inspect(engine)
    tables = set(database.get_table_names())
    missing = [f"the table {table.name}" for table in Base.metadata.sorted_tables if table.name not in tables]
    for table in Base.metadata.sorted_tables:
        if table.name in tables:
            columns = {column["name"] for column in database.get_columns(table.name)}
            missing += [f"the column {table.name}.{name}" for name in set(table.columns.keys()) - columns]
    if missing:
        typer.echo(f"Missing in the database: {', '.join(sorted(missing))}.")
        raise typer.Exit(1)
    typer.echo("The database has all tables and columns.")


@cli.command()
def fill_db(
    tables: Annotated[list[str] | None, typer.Argument(metavar="[TABLE=ROWS]...")] = None,
    others: Annotated[int, typer.Option(help="Number of rows for each other table.")] = 100,
) -> None:
    """Add random rows to all tables, for example `article=10000`. Rows that exist stay."""
    numbers = dict(table.partition("=")[::2] for table in tables or [])
    for name, rows in numbers.items():
        if name not in Base.metadata.tables or not rows.isdecimal():
            known = ", ".join(table.name for table in Base.metadata.sorted_tables)
            raise typer.BadParameter(f"Write TABLE=ROWS. The tables are {known}.")
    with Session(engine) as session:
        for name, number in fill(session, {name: int(rows) for name, rows in numbers.items()}, others).items():
            typer.echo(f"{name}: added {number} rows")
        session.commit()


# Your own lines go below this one.


if __name__ == "__main__":
    cli()
