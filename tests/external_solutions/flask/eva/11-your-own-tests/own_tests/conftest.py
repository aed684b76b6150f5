"""A site with an empty database, and a signed-in client, for each test."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conduit import create_app
from conduit.accounts.models import User
from conduit.extensions import db
from own_tests.factories import ArticleFactory

PASSWORD = "only for tests"


@pytest.fixture(scope="session")
def app() -> Iterator[Flask]:
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a key for tests, which is long enough",
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
            "WTF_CSRF_ENABLED": False,
            "PASSWORD_HASH_METHOD": "scrypt:256:8:1",
        }
    )
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def empty_database(app: Flask) -> None:
    """Delete the rows of earlier tests, like `TestCase` in Django."""
    with app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()


@pytest.fixture
def make_client(app: Flask) -> Callable[[str], FlaskClient]:
    """Signs a new user in."""

    def make(name: str) -> FlaskClient:
        email = f"{name}@example.org"
        with app.app_context():
            user = User(username=name, email=email)
            user.set_password(PASSWORD)
            db.session.add(user)
            db.session.commit()
        client = app.test_client()
        assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 302
        return client

    return make


@pytest.fixture
def client(make_client: Callable[[str], FlaskClient]) -> FlaskClient:
    return make_client("ada")


@pytest.fixture
def make_article(client: FlaskClient) -> ArticleFactory:
    return ArticleFactory(client)
