"""What must never break: publish, list and edit articles."""

import pytest

from own_tests.writer import Writer


def test_published_article_is_on_the_home_page_once(writer: Writer) -> None:
    writer.publish("Rain")

    assert writer.headlines() == ["Rain"]


def test_newest_article_comes_first(writer: Writer) -> None:
    for title in ("Rain", "Sun", "Snow"):
        writer.publish(title)

    assert writer.headlines() == ["Snow", "Sun", "Rain"]


@pytest.mark.parametrize("title", ["", "  "])
def test_article_needs_a_title(writer: Writer, title: str) -> None:
    assert writer.publish(title).status_code == 422
    assert writer.headlines() == []


def test_title_is_text_and_not_html(writer: Writer) -> None:
    writer.publish("Rain <b>and</b> sun")

    assert writer.headlines() == ["Rain <b>and</b> sun"]
    assert writer.texts("/", "h1 b") == []


def test_edited_article_has_the_new_text(writer: Writer) -> None:
    url = writer.publish("Rain", "It rains.").location

    answer = writer.send(url.replace("/article/", "/editor/"), title="Rain", description="About it.", body="It pours.")

    assert answer.location == url
    assert writer.texts(url, ".article-content p") == ["It pours."]
