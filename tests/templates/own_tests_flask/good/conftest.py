import re

import pytest

import conduit
from conduit.extensions import db


class Visitor:
    def __init__(self, app):
        self.client = app.test_client()

    def page(self, url):
        return self.client.get(url).get_data(as_text=True)

    def send(self, url, **fields):
        form = self.client.get("/login" if url == "/register" else "/editor", follow_redirects=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)[1]
        return self.client.post(url, data={"csrf_token": token, **fields})

    def publish(self, **changes):
        article = {"title": "Tea", "description": "Hot.", "body": "Boil water."}
        return self.send("/editor", **(article | changes)).headers.get("Location", "")


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    file = tmp_path_factory.mktemp("site") / "test.sqlite"
    settings = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{file}", "SECRET_KEY": "x" * 40}
    return conduit.create_app({**settings, "PASSWORD_HASH_METHOD": "scrypt:256:8:1"})


@pytest.fixture(autouse=True)
def empty_database(app):
    with app.app_context():
        db.drop_all()
        db.create_all()
    yield
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def mia(app):
    visitor = Visitor(app)
    visitor.send("/register", username="mia", email="mia@example.org", password="a long password")
    return visitor
