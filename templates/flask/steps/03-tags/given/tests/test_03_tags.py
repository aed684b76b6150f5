"""Articles have tags, and a tag leads to its articles."""

import pytest

from tests.support.pages import Page, Site

CARD_TITLE = ".article-preview a.preview-link h1"
ON_ARTICLE = ".article-page .tag-list .tag-default"
POPULAR = ".sidebar .tag-list .tag-pill.tag-default"


def has_tags(editor: Page, *tags: str) -> None:
    """The field for tags in the editor has these tags, in any order."""
    __tracebackhide__ = True
    field = editor.one("input[name=tags]", "the field for tags")
    found = sorted(tag.strip() for tag in field.value().split(","))
    assert found == sorted(tags), field.failure(", ".join(tags), field.value() or "nothing")


def test_editor_has_a_field_for_tags(site: Site) -> None:
    """The editor has a field for tags."""
    editor = site.read("/editor")

    field = editor.one("form input[placeholder='Enter tags']", "a field for tags")
    field.has("name", "tags")
    editor.one(f"label[for='{field.attribute('id')}']", "a label for the field")
    scripts = editor.some("script[src]", "the script that shows tags as pills")
    for script in scripts:
        site.get(script.attribute("src") or "").succeeds()


def test_article_page_shows_tags_in_alphabetical_order(site: Site) -> None:
    """An article's page shows its tags in alphabetical order."""
    article = site.publish("Gulls at noon", tags="winter, Harbour, fog")
    without = site.publish("Nothing in particular")

    site.read(article).lists(ON_ARTICLE, "tags", ["fog", "Harbour", "winter"])
    site.read(without).none(ON_ARTICLE, "a tag")


def test_card_shows_the_tags_of_its_article(site: Site) -> None:
    """A card shows the tags of its article."""
    site.publish("Gulls at noon", tags="winter, harbour")
    site.publish("Snow", tags="winter")

    home = site.read("/")

    home.card("Gulls at noon").lists(".tag-list .tag-default", "tags", ["harbour", "winter"])
    home.card("Snow").lists(".tag-list .tag-default", "tags", ["winter"])


def test_tag_page_lists_its_articles_newest_first(site: Site) -> None:
    """A tag's page lists its articles, newest first."""
    site.publish("Gulls at noon", tags="harbour, winter")
    site.publish("Snow", tags="winter")
    site.publish("Another tag", tags="harbours")
    nets = site.publish("Nets", tags="harbour")

    site.read("/tag/harbour").lists(CARD_TITLE, "articles", ["Nets", "Gulls at noon"])
    site.read("/tag/winter").lists(CARD_TITLE, "articles", ["Snow", "Gulls at noon"])
    site.read("/tag/desert").none(".article-preview", "a card")
    link = site.read(nets).one(f"{ON_ARTICLE}[href]", "a link to the tag")
    link.links_to("/tag/harbour")


def test_tag_page_has_tabs(site: Site) -> None:
    """A tag's page has tabs for the tag and for all articles."""
    site.publish("Gulls at noon", tags="harbour")

    page = site.read("/tag/harbour")

    tab = page.one(".feed-toggle a.nav-link.active", "the tab of the tag")
    tab.contains("harbour")
    tab.links_to("/tag/harbour")
    page.one(".feed-toggle a.nav-link[href='/']", "the tab of all articles").has_text("Global Feed")
    site.read("/").none(".feed-toggle a[href^='/tag/']", "the tab of a tag")


def test_tags_can_be_changed_and_removed(site: Site) -> None:
    """A writer can change and remove tags in the editor."""
    article = site.publish("Gulls at noon", tags="harbour, winter")
    has_tags(site.read(article.replace("/article/", "/editor/")), "harbour", "winter")

    site.edit(article, tags="winter, gulls").redirects_to(article)
    site.read(article).lists(ON_ARTICLE, "tags", ["gulls", "winter"])
    site.read("/tag/harbour").none(".article-preview", "a card")

    site.edit(article, tags="").redirects_to(article)
    site.read(article).none(ON_ARTICLE, "a tag")


def test_spaces_and_repeated_tags_are_ignored(site: Site) -> None:
    """Extra spaces, empty tags and repeated tags are ignored."""
    for typed, tags in {
        "  winter ,fog  ": ["fog", "winter"],
        ",fog,, ,": ["fog"],
        "fog, winter,fog": ["fog", "winter"],
        "north   sea, north sea": ["north sea"],
        " , , ": [],
    }.items():
        article = site.publish("Gulls at noon", tags=typed)
        site.read(article).lists(ON_ARTICLE, f'tags from "{typed}"', tags)


@pytest.mark.parametrize("tags", ["x" * 51, ", ".join(map(str, range(20)))])
def test_too_long_or_too_many_tags_are_rejected(site: Site, tags: str) -> None:
    """The editor rejects too many tags and tags that are too long."""
    twenty = ", ".join(f"{number:050}" for number in range(20))
    gulls = site.publish("Gulls at noon", tags=twenty)
    fields = {"title": "Snow", "description": "It fell.", "body": "All night."}

    page = site.post("/editor", **fields, tags=f"harbour, {tags}").rejected(422)

    page.some(".error-messages li", "an error message")
    has_tags(page, "harbour", *tags.split(", "))
    site.edit(gulls, tags=f"harbour, {tags}").rejected(422)
    site.read(gulls).lists(ON_ARTICLE, "tags", twenty.split(", "))


def test_sidebar_lists_the_most_used_tags_first(site: Site) -> None:
    """The sidebar lists the tags by number of uses."""
    site.publish("Snow", tags="winter, rope")
    nets = site.publish("Nets", tags="rope, harbour")
    site.publish("A knot", tags="rope, winter")

    home = site.read("/")
    home.lists(POPULAR, "tags", ["rope", "winter", "harbour"])
    home.some(POPULAR, "a popular tag")[0].links_to("/tag/rope")

    site.delete(nets).redirects_to("/")
    site.read("/tag/winter").lists(POPULAR, "popular tags", ["rope", "winter"], in_any_order=True)


def test_tag_can_contain_any_character(site: Site) -> None:
    """A tag can contain any character, and its links work."""
    tags = ["東京", "c++", "Q&A", "50%", "why?", "<b>bold", "left/right", "#1", '"so"']
    article = site.publish("Letters", tags=", ".join(tags))
    home = site.read("/")
    places = [(home.card("Letters"), ".tag-list a.tag-default"), (site.read(article), f"{ON_ARTICLE}[href]")]
    if home.texts(POPULAR):  # the sidebar is for the stretch, too
        places.append((home, POPULAR))

    urls = {}
    for part, selector in places:
        part.lists(selector, "links to tags", tags, in_any_order=True)
        urls.update({link.attribute("href") or "": link.text() for link in part.some(selector, "a link to a tag")})
    for url, tag in urls.items():
        page = site.read(url)
        page.lists(CARD_TITLE, f'articles with the tag "{tag}"', ["Letters"])
        tab = page.one(".feed-toggle a.nav-link.active", "the tab of the tag")
        tab.contains(tag)
        if tab.attribute("href") not in urls:
            site.read(tab.attribute("href") or "").lists(CARD_TITLE, f'articles of the tab "{tag}"', ["Letters"])


@pytest.mark.parametrize("tag", ["/sea", "sea/", "left//right", ".", "..", "a/../b"])
def test_tag_that_no_url_can_contain_is_rejected(site: Site, tag: str) -> None:
    """A tag that can't be part of a URL is rejected."""
    fields = {"title": "Snow", "description": "It fell.", "body": "All night."}
    site.publish("Gulls at noon", tags="left/right, sea.")

    page = site.post("/editor", **fields, tags=f"harbour, {tag}").rejected(422)

    page.some(".error-messages li", "an error message")
    has_tags(page, "harbour", tag)
    site.read("/").lists(CARD_TITLE, "articles", ["Gulls at noon"])


def test_two_articles_add_the_same_new_tag(site: Site) -> None:
    """Two articles can add the same new tag at the same moment."""
    with site.just_before_saving(lambda: site.copy().publish("Fog", tags="november, grey")):
        article = site.publish("Fog", tags="november, rain", body="The second one.")
    with site.just_before_saving(lambda: site.copy().publish("Snow", tags="white")):
        site.edit(article, tags="november, rain, white").redirects_to(article)

    site.read("/tag/november").lists(CARD_TITLE, "articles", ["Fog", "Fog"])
    site.read("/tag/white").lists(CARD_TITLE, "articles", ["Snow", "Fog"])
    if site.read("/").texts(POPULAR):  # the sidebar is for the stretch, too
        site.read("/").lists(POPULAR, "tags", ["november", "white", "grey", "rain"], in_any_order=True)


def test_sidebar_also_lists_the_tags_used_last(site: Site) -> None:
    """The sidebar lists the 20 most used and 10 most recent tags."""
    old = site.publish("Old")
    popular = [f"popular {number}" for number in range(20)]
    for title in ("First", "Second", "Third"):
        site.publish(title, tags=", ".join(popular))
    for number in range(1, 13):
        site.publish(f"Another {number}", tags=f"rare {number}")
        if number == 2:  # used three times, so this tag is number 21
            for title in ("Once more", "Twice more"):
                site.publish(title, tags="rare 2")

    site.edit(old, tags="fresh, rare 1").redirects_to(old)

    found = site.read("/").texts(POPULAR)
    assert sorted(found[:20]) == sorted(popular), f"Expected the most used tags first on /. Found {found}."
    last = ["fresh", "rare 1", *(f"rare {number}" for number in range(5, 13))]
    assert sorted(found[20:]) == sorted(last), f"Expected then the ten tags used last on /. Found {found[20:]}."
