from collections.abc import Callable

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from own_tests.factories import ArticleFactory


def texts(client: FlaskClient, url: str, selector: str) -> list[str]:
    response = client.get(url)
    assert response.status_code == 200
    return [node.text(strip=True) for node in LexborHTMLParser(response.text).css(selector)]


class TestPublishing:
    def test_published_article_is_on_the_home_page(self, client: FlaskClient, make_article: ArticleFactory) -> None:
        make_article(title="Lanterns")

        assert texts(client, "/", ".preview-link h1") == ["Lanterns"]

    def test_blank_title_is_rejected(self, client: FlaskClient) -> None:
        response = client.post("/editor", data={"title": " ", "description": "On light.", "body": "They swing."})

        assert response.status_code == 422
        assert texts(client, "/", ".preview-link h1") == []

    def test_draft_is_not_on_the_home_page(self, client: FlaskClient, make_article: ArticleFactory) -> None:
        make_article(title="Draft", draft="y")

        assert texts(client, "/", ".preview-link h1") == []
        assert texts(client, "/drafts", ".preview-link h1") == ["Draft"]


class TestList:
    def test_newest_article_is_first(self, client: FlaskClient, make_article: ArticleFactory) -> None:
        for title in ("Old", "Middle", "New"):
            make_article(title=title)

        assert texts(client, "/", ".preview-link h1") == ["New", "Middle", "Old"]

    def test_html_in_a_title_is_text(self, client: FlaskClient, make_article: ArticleFactory) -> None:
        make_article(title="A <b>bold</b> title")

        assert texts(client, "/", ".preview-link h1") == ["A <b>bold</b> title"]
        assert texts(client, "/", ".preview-link h1 b") == []


class TestEditing:
    def test_edit_changes_the_article(self, client: FlaskClient, make_article: ArticleFactory) -> None:
        url = make_article(body="Before.")

        response = client.post(
            url.replace("/article/", "/editor/"), data={"title": "Lamps", "description": "On lamps.", "body": "After."}
        )

        assert response.location == url
        assert texts(client, url, "h1") == ["Lamps"]
        assert texts(client, url, ".article-content p") == ["After."]

    def test_another_user_cannot_edit(
        self, make_article: ArticleFactory, make_client: Callable[[str], FlaskClient]
    ) -> None:
        url = make_article()

        assert make_client("bob").get(url.replace("/article/", "/editor/")).status_code == 403
