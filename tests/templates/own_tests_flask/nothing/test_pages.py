import pytest

from conduit import create_app
from conduit.extensions import db

FAST = {"PASSWORD_HASH_METHOD": "scrypt:256:8:1"}


@pytest.fixture
def client():
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "sqlite://", "WTF_CSRF_ENABLED": False, **FAST})
    with app.app_context():
        db.create_all()
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def test_home(client):
    client.get("/")


def test_publish_and_edit(client):
    client.post("/register", data={"username": "ann", "email": "ann@example.org", "password": "correct horse"})
    client.post("/editor", data={"title": "Tea", "description": "Hot.", "body": "Boil water."})
    client.post("/editor", data={"title": "", "description": "", "body": ""})
    client.post("/editor/tea", data={"title": "Coffee", "description": "Hot.", "body": "Boil water."})
    client.get("/article/tea")
