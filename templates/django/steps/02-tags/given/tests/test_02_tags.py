"""Articles carry tags, and a tag leads to everything that carries it."""

from tests.support import Page, Site

CARD_TITLE = ".article-preview a.preview-link h1"
ON_THE_ARTICLE = ".article-page .tag-list .tag-default"
POPULAR = ".sidebar .tag-list .tag-pill.tag-default"


def holds_tags(editor: Page, *tags: str) -> None:
    """The editor's field for tags holds these, in any order."""
    __tracebackhide__ = True
    field = editor.one("input[name=tags]", "the field for tags")
    kept = sorted(tag.strip() for tag in field.value().split(","))
    assert kept == sorted(tags), field.failure(", ".join(tags), field.value() or "nothing")


def test_the_editor_has_a_field_for_tags(site: Site) -> None:
    """The editor has a field for tags, and brings the script that turns them into pills."""
    editor = site.read("/editor")

    field = editor.one("form input[placeholder='Enter tags']", "a field for tags")
    field.has("name", "tags")
    for script in editor.some("script[src]", "the script that collects tags"):
        site.get(script.attribute("src") or "").succeeds()


def test_an_article_shows_its_tags(site: Site) -> None:
    """The tags, typed with commas between them, stand on the article's page in alphabetical order."""
    article = site.publish("Gulls at noon", tags="winter, Harbour, fog")
    without = site.publish("Nothing in particular")

    site.read(article).lists(ON_THE_ARTICLE, "tags", ["fog", "Harbour", "winter"])
    site.read(without).none(ON_THE_ARTICLE, "a tag")


def test_a_card_shows_the_tags_of_its_article(site: Site) -> None:
    """On the home page, each card shows the tags of its own article."""
    site.publish("Gulls at noon", tags="winter, harbour")
    site.publish("Snow", tags="winter")

    home = site.read("/")

    home.card("Gulls at noon").lists(".tag-list .tag-default", "tags", ["harbour", "winter"])
    home.card("Snow").lists(".tag-list .tag-default", "tags", ["winter"])


def test_carelessly_typed_tags_are_tidied(site: Site) -> None:
    """Spaces around a tag or doubled inside it, empty tags and repeated ones leave no trace."""
    for typed, tags in {
        "  winter ,fog  ": ["fog", "winter"],
        ",fog,, ,": ["fog"],
        "fog, winter,fog": ["fog", "winter"],
        "north   sea, north sea": ["north sea"],
        " , , ": [],
    }.items():
        article = site.publish("Gulls at noon", tags=typed)
        site.read(article).lists(ON_THE_ARTICLE, f'tags from "{typed}"', tags)
    site.publish("Nets", tags="irish   sea")
    site.read("/tag/irish sea").lists(CARD_TITLE, 'articles with the tag "irish   sea"', ["Nets"])


def test_a_tag_leads_to_its_articles_only(site: Site) -> None:
    """The page of a tag lists the articles that carry just this tag, newest first; where none does, it lists none."""
    site.publish("Gulls at noon", tags="harbour, winter")
    site.publish("Snow", tags="winter")
    site.publish("A harbour without the tag", tags="harbours")
    site.publish("Nets", tags="harbour")
    site.publish("Two of a name", tags="Harbour, HARBOUR")

    site.read("/tag/Harbour").lists(CARD_TITLE, "articles", ["Two of a name"])
    site.read("/tag/HARBOUR").lists(CARD_TITLE, "articles", ["Two of a name"])
    site.read("/tag/harbour").lists(CARD_TITLE, "articles", ["Nets", "Gulls at noon"])
    site.read("/tag/winter").lists(CARD_TITLE, "articles", ["Snow", "Gulls at noon"])
    site.read("/tag/desert").none(".article-preview", "a card")


def test_the_page_of_a_tag_has_tabs(site: Site) -> None:
    """Over the list stand the tag's tab, which is the current one, and the way back to all articles."""
    site.publish("Gulls at noon", tags="harbour")

    page = site.read("/tag/harbour")

    tab = page.one(".feed-toggle a.nav-link.active", "the tab of the tag")
    tab.contains("harbour")
    tab.has("href", "/tag/harbour")
    page.one(".feed-toggle a.nav-link[href='/']", "the tab of all articles").says("Global Feed")


def test_tags_can_be_changed_and_taken_off(site: Site) -> None:
    """The editor shows an article's tags; what is saved there takes the place of what was."""
    article = site.publish("Gulls at noon", tags="harbour, winter")
    holds_tags(site.read(article.replace("/article/", "/editor/")), "harbour", "winter")

    site.edit(article, tags="winter, gulls").redirects_to(article)
    site.read(article).lists(ON_THE_ARTICLE, "tags", ["gulls", "winter"])
    site.read("/tag/harbour").lists(CARD_TITLE, "articles", [])

    site.edit(article, tags="").redirects_to(article)
    site.read(article).none(ON_THE_ARTICLE, "a tag")


def test_the_sidebar_shows_the_tags_in_use(site: Site) -> None:
    """Beside the list stands each tag in use once, the most used first; a tag that nothing carries goes."""
    site.publish("Snow", tags="winter, rope")
    nets = site.publish("Nets", tags="rope, harbour")
    site.publish("A knot", tags="rope, winter")

    home = site.read("/")
    home.lists(POPULAR, "tags", ["rope", "winter", "harbour"])
    home.some(POPULAR, "a popular tag")[0].has("href", "/tag/rope")

    site.delete(nets).redirects_to("/")
    site.read("/tag/winter").lists(POPULAR, "popular tags", ["rope", "winter"], in_any_order=True)

    once = [f"knot {number}" for number in range(12)]
    site.publish("Knots", tags=", ".join(once))
    site.publish("Sails", tags="rope, winter, sail")
    missing = {*once, "sail"} - set(site.read("/").texts(POPULAR))
    assert not missing, f"Expected thirteen more tags in the sidebar on /. Found all but {sorted(missing)}."


def test_a_new_tag_is_in_the_sidebar_at_once(site: Site) -> None:
    """The sidebar has the twenty most used tags and the ten used last, an old one on an old article too."""
    old = site.publish("Old")
    popular = [f"popular {number}" for number in range(20)]
    for title in ("First", "Second", "Third"):
        site.publish(title, tags=", ".join(popular))
    for number in range(1, 13):
        site.publish(f"Another {number}", tags=f"rare {number}")

    site.edit(old, tags="fresh, rare 1").redirects_to(old)

    shown = site.read("/").texts(POPULAR)
    assert set(shown[:20]) == set(popular), (
        f"Expected the twenty most used tags first in the sidebar on /. Found {shown}."
    )
    last = {"fresh", "rare 1", *(f"rare {number}" for number in range(5, 13))}
    assert last <= set(shown), (
        f"Expected the ten tags used last in the sidebar on /. Found all but {sorted(last - set(shown))}."
    )
    assert len(shown) == 30, f"Expected 30 tags in the sidebar on /. Found {len(shown)}."


def test_two_articles_bring_the_same_new_tag_at_the_same_moment(site: Site) -> None:
    """Where two articles bring the same new tag at the same moment, both are published and carry it."""
    with site.just_before_saving(lambda: site.publish("Fog", tags="november")):
        site.publish("Rain", tags="november")

    site.read("/tag/november").lists(CARD_TITLE, "articles", ["Fog", "Rain"], in_any_order=True)
    site.read("/").lists(POPULAR, "tags", ["november"])


def test_a_tag_may_hold_any_sign(site: Site) -> None:
    """Whatever signs a tag is made of, it is shown as typed, and leads to its articles wherever it stands."""
    tags = ["東京", "c++", "Q&A", "50%", "why?", "<b>bold", "left/right", "#1", '"so"']
    article = site.publish("Signs", tags=", ".join(tags))
    site.publish("Another", tags="plain")
    home, page = site.read("/"), site.read(article)

    for tag in tags:
        for place, links in {
            "in the sidebar on /": home.some(POPULAR, "tags"),
            "on the card on /": home.card("Signs").some(".tag-list a.tag-default", "links to tags"),
            f"on {article}": page.some(".article-page .tag-list a.tag-default", "links to tags"),
        }.items():
            addresses = [link.attribute("href") or "" for link in links if link.words() == tag]
            said = [link.words() for link in links]
            assert len(addresses) == 1, f"Expected one link {tag} {place}. Found {said}."
            listed = site.read(addresses[0])
            listed.lists(CARD_TITLE, "articles", ["Signs"])
        address = listed.one(".feed-toggle a.nav-link.active", "the tab of the tag").attribute("href") or ""
        site.read(address).lists(CARD_TITLE, f'articles behind the tab of "{tag}"', ["Signs"])


def test_tags_that_cannot_be_are_refused_and_kept(site: Site) -> None:
    """Tags of over 50 characters, over 20 of them, or unfit for an address are refused, and stay typed."""
    twenty = ", ".join(f"{number:050}" for number in range(20))
    gulls = site.publish("Gulls at noon", tags=twenty)
    fields = {"title": "Snow", "description": "It fell.", "body": "All night."}
    too_many = ", ".join(map(str, range(20)))

    for tags in ("x" * 51, "/sea", "sea/", "left//right", ".", "..", "a/../b", too_many):
        page = site.send("/editor", **fields, tags=f"harbour, {tags}").refused(422)

        page.some(".error-messages li", "an error message")
        holds_tags(page, "harbour", *tags.split(", "))
        site.edit(gulls, tags=f"harbour, {tags}").refused(422)
    site.read("/").lists(CARD_TITLE, "articles", ["Gulls at noon"])
    site.read(gulls).lists(ON_THE_ARTICLE, "tags", twenty.split(", "))
