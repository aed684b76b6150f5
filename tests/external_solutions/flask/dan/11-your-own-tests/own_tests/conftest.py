import pytest

from conduit import create_app
from conduit.extensions import db


@pytest.fixture
def site():
    site = create_app(
        {
            "TESTING": True,
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
            "WTF_CSRF_ENABLED": False,
            "PASSWORD_HASH_METHOD": "scrypt:256:8:1",
        }
    )
    with site.app_context():
        db.create_all()
    yield site
    with site.app_context():
        db.engine.dispose()


@pytest.fixture
def writer(site):
    client = site.test_client()
    client.post("/register", data={"username": "kim", "email": "kim@example.org", "password": "a long password"})
    return client


@pytest.fixture
def publish(writer):
    def publish_article(title, body="It was a long day."):
        return writer.post("/editor", data={"title": title, "description": "A day", "body": body, "tags": ""})

    return publish_article
