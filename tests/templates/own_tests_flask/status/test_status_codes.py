import pytest

from conduit import create_app
from conduit.extensions import db

FAST = {"PASSWORD_HASH_METHOD": "scrypt:256:8:1"}


@pytest.fixture
def client():
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "sqlite://", "WTF_CSRF_ENABLED": False, **FAST})
    with app.app_context():
        db.create_all()
    client = app.test_client()
    client.post("/register", data={"username": "ann", "email": "ann@example.org", "password": "correct horse"})
    yield client
    with app.app_context():
        db.engine.dispose()


ARTICLE = {"title": "<Tea>", "description": "Hot.", "body": "Boil water."}


@pytest.mark.parametrize("url", ["/", "/about", "/editor", "/settings"])
def test_page_works(client, url):
    assert client.get(url).status_code == 200


def test_publishing_works(client):
    response = client.post("/editor", data=ARTICLE)
    assert response.status_code == 302
    assert client.get(response.location).status_code == 200
    assert client.get("/").status_code == 200


def test_editing_works(client):
    client.post("/editor", data=ARTICLE)
    assert client.post("/editor/tea", data={**ARTICLE, "title": "Coffee"}).status_code == 302
    assert client.get("/article/tea").status_code == 200


def test_invalid_article_is_rejected(client):
    assert client.post("/editor", data={**ARTICLE, "title": ""}).status_code == 422


def test_missing_article_is_not_found(client):
    assert client.get("/article/nothing").status_code == 404
