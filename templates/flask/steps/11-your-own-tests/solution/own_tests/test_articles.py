"""Users publish and edit articles."""

from collections.abc import Callable

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

Publish = Callable[[str], str]


def texts(client: FlaskClient, url: str, selector: str) -> list[str]:
    page = LexborHTMLParser(client.get(url).text)
    return [element.text() for element in page.css(selector)]


def titles(client: FlaskClient) -> list[str]:
    return texts(client, "/", ".article-preview h1")


def test_newest_article_is_first(client: FlaskClient, publish: Publish) -> None:
    publish("Bread")
    publish("Soup")

    assert titles(client) == ["Soup", "Bread"]


def test_html_in_a_title_is_shown_as_text(client: FlaskClient, publish: Publish) -> None:
    publish("<b>Bread</b>")

    assert titles(client) == ["<b>Bread</b>"]


def test_blank_title_is_rejected(client: FlaskClient) -> None:
    response = client.post("/editor", data={"title": " ", "description": "In short.", "body": "At length."})

    assert response.status_code == 422
    assert titles(client) == []


def test_edited_article_has_the_new_text(client: FlaskClient, publish: Publish) -> None:
    article = publish("Bread")

    edited = {"title": "Rye bread", "description": "In short.", "body": "With sourdough."}
    client.post(article.replace("/article/", "/editor/"), data=edited)

    assert texts(client, article, ".article-page h1") == ["Rye bread"]
    assert texts(client, article, ".article-content p") == ["With sourdough."]
