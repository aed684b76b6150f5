"""Commands for the terminal, for example `flask --app conduit init-db`."""

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import MetaData, inspect

from conduit.extensions import db
from conduit.filling import fill
from conduit.seed import add_samples


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.add_command(init_db)
    app.cli.add_command(check_db)
    app.cli.add_command(fill_db)


@click.command("init-db")
@click.option("--empty", is_flag=True, help="Leave out the sample articles.")
@with_appcontext
def init_db(empty: bool) -> None:
    """Delete everything in the database. Then run the migrations, and add the sample articles."""
    old = MetaData()
    old.reflect(db.engine)
    old.drop_all(db.engine)
    upgrade()
    if not empty:
        add_samples()
        db.session.commit()
    click.echo("Created the database.")


@click.command("check-db")
@with_appcontext
def check_db() -> None:
    """Check that the database has all tables and columns of the models."""
    database = inspect(db.engine)
    tables = set(database.get_table_names())
    missing = [f"the table {table.name}" for table in db.metadata.sorted_tables if table.name not in tables]
    for table in db.metadata.sorted_tables:
        if table.name in tables:
            columns = {column["name"] for column in database.get_columns(table.name)}
            missing += [f"the column {table.name}.{name}" for name in set(table.columns.keys()) - columns]
    if missing:
        click.echo(f"Missing in the database: {', '.join(sorted(missing))}.")
        raise SystemExit(1)
    click.echo("The database has all tables and columns.")


@click.command("fill-db")
@click.argument("tables", nargs=-1, metavar="[TABLE=ROWS]...")
@click.option("--others", default=100, show_default=True, help="Number of rows for each other table.")
@with_appcontext
def fill_db(tables: tuple[str, ...], others: int) -> None:
    """Add random rows to all tables, for example `article=10000`. Rows that exist stay."""
    numbers = dict(table.partition("=")[::2] for table in tables)
    for name, rows in numbers.items():
        if name not in db.metadata.tables or not rows.isdecimal():
            known = ", ".join(table.name for table in db.metadata.sorted_tables)
            raise click.BadParameter(f"Write TABLE=ROWS. The tables are {known}.")
    for name, number in fill({name: int(rows) for name, rows in numbers.items()}, others).items():
        click.echo(f"{name}: added {number} rows")
    db.session.commit()
