"""One site for all tests, with an empty database for each of them, and a writer with a browser."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.pool import StaticPool

import conduit
from conduit.extensions import db
from own_tests.writer import Writer


@pytest.fixture(scope="session")
def app() -> Iterator[Flask]:
    app = conduit.create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a secret key that is used only in tests",
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
            "SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": StaticPool},
            "WTF_CSRF_ENABLED": False,
            "PASSWORD_HASH_METHOD": "scrypt:256:8:1",
        }
    )
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def writer(app: Flask) -> Writer:
    with app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
    writer = Writer(app.test_client())
    writer.send("/register", username="elif", email="elif@example.org", password="long enough")
    return writer
