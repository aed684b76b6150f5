"""Users publish and edit articles."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient

from conduit.main import app

Publish = Callable[[str], str]


def titles(client: TestClient) -> list[str]:
    return [article["title"] for article in client.get("/api/articles").json()["articles"]]


def test_newest_article_is_first(client: TestClient, publish: Publish) -> None:
    publish("Bread")
    publish("Soup")

    assert titles(client) == ["Soup", "Bread"]


def test_html_in_a_title_is_kept(client: TestClient, publish: Publish) -> None:
    publish("<b>Bread</b>")

    assert titles(client) == ["<b>Bread</b>"]


def test_blank_title_is_rejected(client: TestClient) -> None:
    article = {"title": " ", "description": "In short.", "body": "At length."}

    response = client.post("/api/articles", json={"article": article})

    assert response.status_code == 422
    assert titles(client) == []


def test_edited_article_has_the_new_text(client: TestClient, publish: Publish) -> None:
    url = publish("Bread")

    client.put(url, json={"article": {"body": "With sourdough."}})

    assert client.get(url).json()["article"]["body"] == "With sourdough."


@pytest.mark.anyio
async def test_everyone_can_read_the_list(publish: Publish) -> None:
    publish("Bread")

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as reader:
        response = await reader.get("/api/articles")

    assert response.json()["articlesCount"] == 1
