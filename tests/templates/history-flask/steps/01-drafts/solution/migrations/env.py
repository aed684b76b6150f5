"""Runs the migrations on the database of the site."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def leave_out_empty(_context, _revision, directives):
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        process_revision_directives=leave_out_empty,
    )
    with context.begin_transaction():
        context.run_migrations()
