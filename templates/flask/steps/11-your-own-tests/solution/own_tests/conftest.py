"""What your tests can ask for: a site with an empty database, a client, and articles."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conduit import create_app
from conduit.extensions import db

SETTINGS = {
    "TESTING": True,
    "SQLALCHEMY_DATABASE_URI": "sqlite://",  # in memory
    "WTF_CSRF_ENABLED": False,
    "PASSWORD_HASH_METHOD": "scrypt:128:1:1",  # fast
}


@pytest.fixture
def app() -> Iterator[Flask]:
    """The site with an empty database."""
    app = create_app(SETTINGS)
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the site. Its user is signed in."""
    client = app.test_client()
    user = {"username": "ann", "email": "ann@example.org", "password": "correct horse"}
    assert client.post("/register", data=user).status_code == 302
    return client


@pytest.fixture
def publish(client: FlaskClient) -> Callable[[str], str]:
    """A factory of articles. It returns the URL of the new article."""

    def publish(title: str) -> str:
        fields = {"title": title, "description": "In short.", "body": "At length."}
        response = client.post("/editor", data=fields)
        assert response.status_code == 302
        return response.location

    return publish
