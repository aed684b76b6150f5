from selectolax.lexbor import LexborHTMLParser


def titles_on_home(client):
    page = LexborHTMLParser(client.get("/").text)
    return [heading.text() for heading in page.css(".article-preview h1")]


def test_a_published_article_has_its_own_page(publish, writer):
    response = publish("Monday", body="We went to the lake.")

    assert response.status_code == 302
    assert "We went to the lake." in writer.get(response.location).text


def test_home_lists_each_article_once_and_the_newest_first(publish, writer):
    publish("Monday")
    publish("Tuesday")
    publish("Wednesday")

    assert titles_on_home(writer) == ["Wednesday", "Tuesday", "Monday"]


def test_an_article_without_a_title_is_rejected(publish, writer):
    response = publish("")

    assert response.status_code == 422
    assert titles_on_home(writer) == []


def test_html_in_a_title_is_shown_as_text(publish, writer):
    publish("<b>Monday</b>")

    assert titles_on_home(writer) == ["<b>Monday</b>"]


def test_editing_changes_the_text(publish, writer):
    url = publish("Monday", body="We went to the lake.").location
    new_values = {"title": "Monday", "description": "A day", "body": "We stayed at home.", "tags": ""}

    writer.post(url.replace("/article/", "/editor/"), data=new_values)

    page = writer.get(url).text
    assert "We stayed at home." in page
    assert "We went to the lake." not in page
