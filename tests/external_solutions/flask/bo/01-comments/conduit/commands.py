"""Commands for the terminal: `flask --app conduit init-db` and the like."""

import click
from flask import Flask
from flask.cli import with_appcontext

from conduit.database import db, missing_parts
from conduit.samples import add_samples


def add_commands(app: Flask) -> None:
    """Make the site's own commands known to `flask`."""
    app.cli.add_command(init_db)
    app.cli.add_command(check_db)


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
