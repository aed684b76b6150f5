"""Tests that only look at status codes."""

import pytest
from conduit import create_app


@pytest.fixture
def client(tmp_path):
    return create_app({"TESTING": True, "DATABASE": tmp_path / "a.db", "WTF_CSRF_ENABLED": False}).test_client()


def test_home(client):
    assert client.get("/").status_code == 200


def test_add(client):
    assert client.post("/notes", data={"text": "Tea <b>"}).status_code == 302
    assert client.post("/notes", data={"text": "Cake"}).status_code == 302
    assert client.get("/").status_code == 200


def test_blank(client):
    assert client.post("/notes", data={"text": ""}).status_code == 422


def test_edit(client):
    client.post("/notes", data={"text": "Tea"})
    assert client.get("/notes/1/edit").status_code == 200
    assert client.post("/notes/1/edit", data={"text": "Coffee"}).status_code == 302
    assert client.post("/notes/1/edit", data={"text": ""}).status_code == 422
    assert client.get("/notes/9/edit").status_code == 404
