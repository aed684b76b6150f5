"""Tests that only look at status codes."""

import pytest
from conduit import create_app
from fastapi.testclient import TestClient


@pytest.fixture
def client():
    return TestClient(create_app())


def test_list(client):
    assert client.get("/api/notes").status_code == 200


def test_add(client):
    assert client.post("/api/notes", json={"note": {"text": 'Tea "'}}).status_code == 201
    assert client.post("/api/notes", json={"note": {"text": "Cake"}}).status_code == 201
    assert client.get("/api/notes").status_code == 200


def test_blank(client):
    assert client.post("/api/notes", json={"note": {"text": ""}}).status_code == 422


def test_edit(client):
    client.post("/api/notes", json={"note": {"text": "Tea"}})
    assert client.put("/api/notes/1", json={"note": {"text": "Coffee"}}).status_code == 200
    assert client.put("/api/notes/1", json={"note": {"text": ""}}).status_code == 422
    assert client.get("/api/notes/9").status_code == 404
