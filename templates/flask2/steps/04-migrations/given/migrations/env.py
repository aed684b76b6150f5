"""Alembic runs this file for each command of `flask db`. The settings are in alembic.ini and script.py.mako."""

import logging

from alembic import context
from flask import current_app

logging.basicConfig(format="%(message)s")
logging.getLogger("alembic.autogenerate.compare").setLevel(logging.INFO)
logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)

extension = current_app.extensions["migrate"]

with extension.db.engine.connect() as connection:
    # To change a table, SQLite needs a copy of the table, and then deletes the old one. Rows of other tables that
    # refer to the old table must survive that. So SQLite checks foreign keys again after the migrations.
    sqlite = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
    if sqlite:
        sqlite.execute("PRAGMA foreign_keys = OFF")
    context.configure(connection=connection, target_metadata=extension.db.metadata, **extension.configure_args)
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        sqlite.execute("PRAGMA foreign_keys = ON")
