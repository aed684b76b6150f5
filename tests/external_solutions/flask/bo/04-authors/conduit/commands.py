"""Commands for the terminal: `flask --app conduit init-db` and the like."""

import click
from flask import Flask
from flask.cli import with_appcontext

from conduit.database import db, missing_parts
from conduit.filling import fill
from conduit.samples import add_samples


def add_commands(app: Flask) -> None:
    """Make the site's own commands known to `flask`."""
    app.cli.add_command(init_db)
    app.cli.add_command(check_db)
    app.cli.add_command(fill_db)


@click.command('init-db')
@with_appcontext
def init_db() -> None:
    """Make the database anew, with sample articles. What was in it is gone."""
    db.drop_all()
    db.create_all()
    add_samples()
    db.session.commit()
    click.echo('The database is new and holds the sample articles.')


@click.command('check-db')
@with_appcontext
def check_db() -> None:
    """Say whether the database has every table and column that the code names."""
    missing = missing_parts()
    for part in missing:
        click.echo(f'The database lacks {part}.')
    if missing:
        click.echo(
            '`flask --app conduit init-db` makes it anew; what was in it is gone then.'
        )
        raise SystemExit(1)
    click.echo('The database fits the code.')


@click.command('fill-db')
@click.argument('tables', nargs=-1, metavar='[TABLE=ROWS]...')
@click.option(
    '--others',
    default=100,
    show_default=True,
    help='Rows for each table that is not named.',
)
@with_appcontext
def fill_db(tables: tuple[str, ...], others: int) -> None:
    """Add made-up rows to the database, many of them: article=10000, say. What is in it stays."""
    wanted = dict(table.partition('=')[::2] for table in tables)
    for name, rows in wanted.items():
        if name not in db.metadata.tables or not rows.isdecimal():
            known = ', '.join(
                table.name for table in db.metadata.sorted_tables
            )
            raise click.BadParameter(
                f'write TABLE=ROWS; the tables are: {known}'
            )
    for name, number in fill(
        {name: int(rows) for name, rows in wanted.items()}, others
    ).items():
        click.echo(f'{name}: {number} rows more')
    db.session.commit()
