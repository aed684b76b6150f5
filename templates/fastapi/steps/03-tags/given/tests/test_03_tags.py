"""Articles have tags, and a tag leads to its articles."""

from tests.support.api import Site, as_line, url_of

SNOW = {"title": "Snow", "description": "It fell.", "body": "All night."}


def has_tags(site: Site, *tags: str) -> None:
    """The list of tags has these tags, in any order."""
    __tracebackhide__ = True
    found = site.get("/api/tags").gives("tags")
    assert sorted(found) == sorted(tags), (
        f"Expected the tags {as_line(sorted(tags))} from GET /api/tags. Found {found}."
    )


def test_article_has_a_list_of_tags(site: Site) -> None:
    """An article has a list of tags, which can be empty."""
    site.publish("Snow").has(tagList=[])
    site.publish("Snow", tagList=[]).has(tagList=[])

    article = site.publish("Gulls at noon", tagList=["harbour"])

    article.has(tagList=["harbour"])
    site.read(article).has(tagList=["harbour"])


def test_tags_are_in_alphabetical_order(site: Site) -> None:
    """Tags are in alphabetical order, ignoring capital letters."""
    article = site.publish("Gulls at noon", tagList=["winter", "Harbour", "fog"])

    article.has(tagList=["fog", "Harbour", "winter"])
    site.read(article).has(tagList=["fog", "Harbour", "winter"])


def test_list_of_articles_shows_tags(site: Site) -> None:
    """The list of articles shows the tags of each article."""
    gulls, snow = site.publish("Gulls at noon", tagList=["winter", "fog"]), site.publish("Snow", tagList=["winter"])

    site.listed(gulls).has(tagList=["fog", "winter"])
    site.listed(snow).has(tagList=["winter"])


def test_tag_leads_to_its_articles(site: Site) -> None:
    """The list of a tag has only its articles, newest first."""
    site.publish("Gulls at noon", tagList=["harbour", "winter"])
    site.publish("Snow", tagList=["winter"])
    site.publish("Another tag", tagList=["harbours"])
    site.publish("Nets", tagList=["harbour"])

    site.lists("Nets", "Gulls at noon", tag="harbour")
    site.get("/api/articles", tag="harbour").gives().has(articlesCount=2)
    site.lists("Snow", "Gulls at noon", tag="winter")
    site.lists(tag="desert")
    site.lists("Nets", "Another tag", "Snow", "Gulls at noon")


def test_tags_can_be_changed_and_removed(site: Site) -> None:
    """A writer can change and remove the tags of an article."""
    article = site.publish("Gulls at noon", tagList=["harbour", "winter"])
    site.publish("Snow", tagList=["winter"])

    site.edit(article, body="More.").gives("article").has(tagList=["harbour", "winter"])
    site.edit(article, tagList=["winter", "gulls"]).gives("article").has(tagList=["gulls", "winter"])
    site.lists(tag="harbour")
    site.edit(article, tagList=[]).gives("article").has(tagList=[])

    site.read(article).has(tagList=[])
    site.lists("Snow", tag="winter")


def test_spaces_and_repeated_tags_are_ignored(site: Site) -> None:
    """Extra spaces, empty tags and repeated tags are ignored."""
    for sent, tags in (
        (["  winter ", "fog"], ["fog", "winter"]),
        (["fog", "", "  "], ["fog"]),
        (["fog", "winter", " fog"], ["fog", "winter"]),
        ([" ", ""], []),
    ):
        site.publish("Gulls at noon", tagList=sent).has(tagList=tags)


def test_tags_of_the_wrong_type_are_rejected(site: Site) -> None:
    """A list of tags that isn't a list of texts is rejected."""
    article = site.publish("Gulls at noon", tagList=["winter"])

    for tags in (None, "winter", [3], [None], {"winter": 1}):
        site.post("/api/articles", article={**SNOW, "tagList": tags}).rejected(422, "tagList")
    site.edit(article, tagList=None).rejected(422, "tagList")

    site.lists("Gulls at noon")
    site.read(article).has(tagList=["winter"])


def test_list_of_tags_has_each_tag_in_use(site: Site) -> None:
    """The list of tags has each tag in use once."""
    has_tags(site)
    site.publish("Snow", tagList=["winter", "rope"])
    nets = site.publish("Nets", tagList=["rope", "harbour"])
    has_tags(site, "winter", "rope", "harbour")

    site.edit(nets, tagList=["rope"]).gives("article")
    has_tags(site, "winter", "rope")

    site.delete(url_of(nets)).is_empty()
    has_tags(site, "winter", "rope")


def test_docs_page_describes_the_tags(site: Site) -> None:
    """The docs page describes tags, and how to search for a tag."""
    site.documented("GET", "/api/tags", 200, "tags")
    site.documented("POST", "/api/articles", 201, "tagList")

    endpoint = site.documented("GET", "/api/articles", 200, "tagList")
    parameters = [each["name"] for each in endpoint.get("parameters", [])]
    assert "tag" in parameters, f"Expected the query parameter tag for GET /api/articles on /docs. Found {parameters}."


def test_too_long_or_too_many_tags_are_rejected(site: Site) -> None:
    """Too many tags and tags that are too long are rejected."""
    twenty = [f"{number:050}" for number in range(20)]
    gulls = site.publish("Gulls at noon", tagList=twenty)

    for tags in (["x" * 51], list(map(str, range(21)))):
        site.post("/api/articles", article={**SNOW, "tagList": tags}).rejected(422, "tagList")
        site.edit(gulls, tagList=tags).rejected(422, "tagList")

    site.lists("Gulls at noon")
    site.read(gulls).has(tagList=twenty)


def test_most_used_tags_are_first(site: Site) -> None:
    """The list of tags begins with the most used tags."""
    site.publish("Snow", tagList=["winter", "rope"])
    site.publish("Nets", tagList=["rope", "harbour"])
    site.publish("A knot", tagList=["rope", "winter"])

    found = site.get("/api/tags").gives("tags")

    expected = ["rope", "winter", "harbour"]
    assert found == expected, f"Expected {as_line(expected)} from GET /api/tags, most used first. Found {found}."


def test_tag_can_contain_any_character(site: Site) -> None:
    """A tag can contain any character."""
    tags = ["東京", "c++", "Q&A", "50%", "why?", "<b>bold", "left/right", "#1", "a, b"]
    site.publish("Another", tagList=["other"])

    found = site.publish("Letters", tagList=tags)["tagList"]

    assert sorted(found) == sorted(tags), f"Expected the tags {as_line(tags)}. Found {as_line(found)}."
    for tag in tags:
        site.lists("Letters", tag=tag)


def test_two_articles_add_the_same_new_tag(site: Site) -> None:
    """Two articles can add the same new tag at the same moment."""
    with site.just_before_saving(lambda: site.publish("Fog", tagList=["november", "grey"])):
        article = site.publish("Fog", tagList=["november", "rain"], body="The second one.")
    article.has(tagList=["november", "rain"])
    with site.just_before_saving(lambda: site.publish("Snow", tagList=["white"])):
        edited = site.edit(article, tagList=["november", "rain", "white"]).gives("article")

    edited.has(tagList=["november", "rain", "white"])
    site.lists("Fog", "Fog", tag="november")
    site.lists("Snow", "Fog", tag="white")
    has_tags(site, "november", "white", "grey", "rain")


def test_tags_used_last_are_listed_too(site: Site) -> None:
    """The list has the 20 most used tags, and the 10 used last."""
    old = site.publish("Old")
    popular = [f"popular {number}" for number in range(20)]
    for title in ("First", "Second", "Third"):
        site.publish(title, tagList=popular)
    for number in range(1, 13):
        site.publish(f"Another {number}", tagList=[f"rare {number}"])
        if number == 2:  # used three times, so this tag is number 21
            for title in ("Once more", "Twice more"):
                site.publish(title, tagList=["rare 2"])

    site.edit(old, tagList=["fresh", "rare 1"]).gives("article")

    found = site.get("/api/tags").gives("tags")
    assert sorted(found[:20]) == sorted(popular), f"Expected the most used tags first in /api/tags. Found {found}."
    last = ["fresh", "rare 1", *(f"rare {number}" for number in range(5, 13))]
    assert sorted(found[20:]) == sorted(last), f"Expected then the ten tags used last in /api/tags. Found {found[20:]}."
