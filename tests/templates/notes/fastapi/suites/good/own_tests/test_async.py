"""An asynchronous client, and the app of the production server."""

import httpx2
import pytest
from conduit.main import app

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def client():
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_list(client):
    before = (await client.get("/api/notes")).json()["notes"]
    made = []
    for text in ('"One"', "Two\\three"):
        response = await client.post("/api/notes", json={"note": {"text": text}})
        assert response.status_code == 201
        made.insert(0, response.json()["note"])
    assert (await client.get("/api/notes")).json() == {"notes": [*made, *before]}


async def test_blank(client):
    before = (await client.get("/api/notes")).json()
    response = await client.post("/api/notes", json={"note": {"text": ""}})
    assert "detail" in response.json()
    assert (await client.get("/api/notes")).json() == before


async def test_edit(client):
    note = (await client.post("/api/notes", json={"note": {"text": "One"}})).json()["note"]
    url = f"/api/notes/{note['id']}"
    assert (await client.put(url, json={"note": {"text": "Uno"}})).json() == {"note": {**note, "text": "Uno"}}
    assert (await client.get(url)).json()["note"]["text"] == "Uno"
