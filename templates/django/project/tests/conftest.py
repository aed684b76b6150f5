"""What every test gets: the site with an empty database, and a visitor."""

import os
import sqlite3
from collections.abc import Iterator
from io import StringIO

import django
import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test.utils import (
    setup_databases,
    setup_test_environment,
    teardown_databases,
    teardown_test_environment,
)

from tests import support

__tracebackhide__ = True


# The name alone: pytest-django has to know it from the beginning. The settings are read when the site is loaded.
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ.pop("DATABASE_URL", None)  # the tests use a SQLite file, whatever the site uses


@pytest.fixture(scope="session", autouse=True)
def django_test_environment() -> Iterator[None]:
    """The site, loaded. That happens here, and not before the tests are looked for, so that a mistake in the site's
    code is told by each test, by name."""
    try:
        django.setup()
    except SystemExit as stop:
        raise RuntimeError("the site's code ends the program instead of building the site") from stop
    setup_test_environment(debug=False)
    yield
    teardown_test_environment()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The site's database in a file of its own, as the migrations make it, unless `manage.py check` calls something
    in the site's code a mistake."""
    for found in run_checks():
        expected = "no error from `.venv/bin/python manage.py check`"
        support.expect(not found.is_serious(), support.failure(expected, " ".join(str(found).split())))
    connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("site") / "test.sqlite3")
    made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    yield
    teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def empty_database(django_db_setup: None) -> Iterator[sqlite3.Connection]:
    """A copy of the database as it was before the first test."""
    copy = sqlite3.connect(":memory:")
    connection.ensure_connection()
    connection.connection.backup(copy)
    yield copy
    copy.close()


@pytest.fixture(scope="session")
def missing_migrations(django_db_setup: None) -> str:
    """The text of a failure if the models need more migrations, otherwise nothing."""
    without = MigrationLoader(connection).unmigrated_apps
    labels = [app.label for app in apps.get_app_configs() if app.label in without and any(app.get_models())]
    if labels:
        fix = f"To write them: `.venv/bin/python manage.py makemigrations {' '.join(labels)}`"
        return support.failure(f"migrations for the models of {', '.join(labels)}", "none", fix)
    changes = StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, stdout=changes)
    except SystemExit:
        found = "; ".join(line.strip(" +-~") for line in changes.getvalue().splitlines() if line.startswith("    "))
        fix = "To write it: `.venv/bin/python manage.py makemigrations`"
        return support.failure(f"a migration for these changes of the models: {found}", "none", fix)
    return ""


@pytest.fixture(scope="session")
def beginnings() -> Iterator[list[tuple[sqlite3.Connection, support.Site]]]:
    """How each test begins, as soon as that is possible: the database with the first visitor, and that visitor."""
    found: list[tuple[sqlite3.Connection, support.Site]] = []
    yield found
    for copy, _ in found:
        copy.close()


@pytest.fixture
def site(
    empty_database: sqlite3.Connection,
    beginnings: list[tuple[sqlite3.Connection, support.Site]],
    missing_migrations: str,
) -> support.Site:
    """The site with an empty database, as the visitor sees it who acts in most tests."""
    support.expect(not missing_migrations, missing_migrations)
    connection.ensure_connection()
    if not beginnings:
        empty_database.backup(connection.connection)
        visitor, copy = support.first_visitor(), sqlite3.connect(":memory:")
        connection.connection.backup(copy)
        beginnings.append((copy, visitor))
    copy, visitor = beginnings[0]
    copy.backup(connection.connection)
    return visitor.again()
