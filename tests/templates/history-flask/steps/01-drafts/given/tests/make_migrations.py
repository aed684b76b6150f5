"""Create the migration that the models still need. All migrations run on a temporary database first."""

import tempfile
from pathlib import Path

import flask_migrate

from tests.support import make_app

with tempfile.TemporaryDirectory() as folder, make_app(Path(folder)).app_context():
    flask_migrate.upgrade()
    flask_migrate.migrate(message="solution")
