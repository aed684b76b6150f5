"""Articles carry tags, and a tag leads to everything that carries it."""

import pytest

from tests.support import Site

CARD_TITLE = ".article-preview a.preview-link h1"
ON_THE_ARTICLE = ".article-page .tag-list .tag-default"
POPULAR = ".sidebar .tag-list .tag-pill.tag-default"


def test_the_editor_has_a_field_for_tags(site: Site) -> None:
    """The editor has a field for tags, and brings the script that turns them into pills."""
    editor = site.read("/editor")

    field = editor.one("form input[placeholder='Enter tags']", "a field for tags")
    assert field.attribute("name") == "tags"
    for script in editor.some("script[src]", "the script that collects tags"):
        answer = site.get(script.attribute("src") or "")
        assert answer.status == 200, str(answer)


def test_an_article_shows_its_tags(site: Site) -> None:
    """The tags, typed with commas between them, stand on the article's page, each once and in order."""
    article = site.publish("Gulls at noon", tags="winter, harbour")
    without = site.publish("Nothing in particular")

    assert site.read(article).texts(ON_THE_ARTICLE) == ["harbour", "winter"]
    site.read(without).none(ON_THE_ARTICLE, "a tag")


def test_a_card_shows_the_tags_of_its_article(site: Site) -> None:
    """On the home page, each card shows the tags of its own article."""
    site.publish("Gulls at noon", tags="winter, harbour")
    site.publish("Snow", tags="winter")

    home = site.read("/")

    assert home.card("Gulls at noon").texts(".tag-list .tag-default") == ["harbour", "winter"]
    assert home.card("Snow").texts(".tag-list .tag-default") == ["winter"]


def test_carelessly_typed_tags_are_tidied(site: Site) -> None:
    """Spaces around a tag, empty tags and repeated ones leave no trace."""
    article = site.publish("Gulls at noon", tags=" , north   sea ,,winter, north sea,")

    assert site.read(article).texts(ON_THE_ARTICLE) == ["north sea", "winter"]


def test_a_tag_leads_to_its_articles_only(site: Site) -> None:
    """The page of a tag lists the articles that carry it, newest first, and no others."""
    site.publish("Gulls at noon", tags="harbour, winter")
    site.publish("Snow", tags="winter")
    site.publish("A harbour without the tag", tags="harbours")
    site.publish("Nets", tags="harbour")

    page = site.read("/tag/harbour")

    assert page.texts(CARD_TITLE) == ["Nets", "Gulls at noon"]


def test_the_page_of_a_tag_has_tabs(site: Site) -> None:
    """Over the list stand the tag's tab, which is the current one, and the way back to all articles."""
    site.publish("Gulls at noon", tags="harbour")

    page = site.read("/tag/harbour")

    assert "harbour" in page.one(".feed-toggle .nav-link.active", "the tab of the tag").words()
    page.one(".feed-toggle a.nav-link[href='/']", "the tab of all articles").says("Global Feed")


def test_a_tag_that_nothing_carries_is_an_empty_list(site: Site) -> None:
    """The page of a tag that no article carries is a page with no cards, not an error."""
    site.publish("Gulls at noon", tags="harbour")
    assert site.read("/tag/harbour").texts(CARD_TITLE) == ["Gulls at noon"]

    site.read("/tag/desert").none(".article-preview", "a card")


def test_tags_can_be_changed_and_taken_off(site: Site) -> None:
    """The editor shows an article's tags; what is saved there takes the place of what was."""
    article = site.publish("Gulls at noon", tags="harbour, winter")
    field = site.read(article.replace("/article/", "/editor/")).one("input[name=tags]", "the tags")
    assert sorted(tag.strip() for tag in (field.value()).split(",")) == ["harbour", "winter"]

    site.edit(article, tags="winter, gulls").redirects_to(article)
    assert site.read(article).texts(ON_THE_ARTICLE) == ["gulls", "winter"]
    assert site.read("/tag/harbour").texts(CARD_TITLE) == []

    site.edit(article, tags="").redirects_to(article)
    site.read(article).none(ON_THE_ARTICLE, "a tag")


def test_the_sidebar_shows_the_tags_in_use(site: Site) -> None:
    """Beside the list stands each tag in use once, the most used first; a tag that nothing carries goes."""
    snow = site.publish("Snow", tags="winter")
    site.publish("Gulls at noon", tags="harbour")
    site.publish("Nets", tags="harbour, rope")

    home = site.read("/")
    assert sorted(home.texts(POPULAR)) == ["harbour", "rope", "winter"]
    assert home.texts(POPULAR)[0] == "harbour"
    assert home.some(POPULAR, "a popular tag")[0].attribute("href") == "/tag/harbour"

    site.delete(snow).redirects_to("/")
    assert sorted(site.read("/tag/rope").texts(POPULAR)) == ["harbour", "rope"]


def test_a_new_tag_is_in_the_sidebar_at_once(site: Site) -> None:
    """A tag that was used a moment ago is in the sidebar, however many others are used more."""
    many = ", ".join(f"tag {number}" for number in range(60))
    for title in ("First", "Second"):
        site.publish(title, tags=many)

    site.publish("Third", tags="fresh")

    assert "fresh" in site.read("/").texts(POPULAR)


@pytest.mark.parametrize("tag", ["東京", "c++", "Q&A", "50%", "why?", "<b>bold", "left/right", "#1"])
def test_a_tag_may_hold_any_sign(site: Site, tag: str) -> None:
    """Whatever signs a tag is made of, it is shown as typed, and its link leads to its articles."""
    site.publish("Signs", tags=tag)

    link = site.read("/").one(POPULAR, "the tag")

    link.says(tag)
    assert site.read(link.attribute("href") or "").texts(CARD_TITLE) == ["Signs"]


def test_a_tag_that_is_too_long_is_refused_and_kept(site: Site) -> None:
    """A tag of 50 characters is taken, a longer one refused: the page says why, and keeps what was typed."""
    tags = "harbour, " + "x" * 51
    site.publish("Gulls at noon", tags="y" * 50)
    fields = {"title": "Snow", "description": "It fell.", "body": "All night."}

    page = site.send("/editor", **fields, tags=tags).refused(422)

    page.some(".error-messages li", "a message that says what is wrong")
    assert "x" * 51 in page.one("input[name=tags]", "the tags").value()
    assert site.read("/").texts(CARD_TITLE) == ["Gulls at noon"]
