"""Articles carry tags, and each tag leads to everything that carries it."""

import pytest

from tests.support import Server, Site, equal, has_fields, shown

NEW = {"title": "Driftwood", "description": "In short.", "body": "At length."}


def has_tags(site: Site, *tags: str, more: bool = False) -> None:
    """The list of tags has each of these once, in any order, and perhaps more."""
    answer = site.get("/api/tags")
    found = answer.gives("tags")
    for tag in tags:
        assert tag in found, f"Expected the tag {tag} from {answer.name}. Found {shown(found)}."
    assert more or sorted(found) == sorted(tags), (
        f"Expected {len(tags)} tags from {answer.name}. Found {len(found)}: {shown(found)}."
    )


def test_an_article_shows_its_tags(site: Site) -> None:
    """An article tells its tags in alphabetical order, small and capital letters alike, alone and in the list."""
    article = site.publish("Driftwood", tagList=["winter", "Sea", "beach"])

    has_fields(article, tagList=["beach", "Sea", "winter"])
    site.get(f"/api/articles/{article['slug']}").has("article", "tagList", value=["beach", "Sea", "winter"])
    has_fields(site.get("/api/articles").gives("articles")[0], tagList=["beach", "Sea", "winter"])


def test_an_article_without_tags_has_an_empty_list(site: Site) -> None:
    """Where no tags are sent, or an empty list, the article has none."""
    has_fields(site.publish("Driftwood"), tagList=[])
    article = site.publish("Driftwood again", tagList=[])
    has_fields(article, tagList=[])
    site.get(f"/api/articles/{article['slug']}").has("article", "tagList", value=[])


def test_carelessly_written_tags_are_tidied(site: Site) -> None:
    """Spaces around a tag leave no trace, and a tag that is sent twice counts once; Sea is another than sea."""
    article = site.publish("Driftwood", tagList=[" sea", "winter", "sea ", "winter"])

    has_fields(article, tagList=["sea", "winter"])
    site.lists("Driftwood", tag="sea")
    gulls = site.publish("Gulls", tagList=["Sea", "winter", "sea"])
    equal(sorted(gulls["tagList"]), ["Sea", "sea", "winter"], "the sorted article.tagList", gulls.answer)
    site.lists("Gulls", tag="Sea")


def test_tags_can_be_changed_and_taken_off(site: Site) -> None:
    """A change without tags keeps them, a list of others takes their place, and an empty one takes them off."""
    article = site.publish("Driftwood", tagList=["sea", "winter"])
    site.publish("Pebbles", tagList=["sea"])
    address = f"/api/articles/{article['slug']}"

    site.put(address, article={"body": "More."}).has("article", "tagList", value=["sea", "winter"])
    site.put(address, article={"tagList": ["wood", "sea"]}).has("article", "tagList", value=["sea", "wood"])
    site.lists(tag="winter")
    site.lists("Pebbles", "Driftwood", tag="sea")
    site.put(address, article={"tagList": []}).has("article", "tagList", value=[])

    site.get(address).has("article", "tagList", value=[])
    site.lists("Pebbles", tag="sea")


@pytest.mark.parametrize("tags", [None, "sea", [""], ["  "], [3], [None], ["x" * 51], [f"{n}" for n in range(21)]])
def test_tags_that_make_no_sense_are_refused(site: Site, tags: object) -> None:
    """Tags are a list of at most 20 words of at most 50 signs each; anything else is refused."""
    article = site.publish("Driftwood", tagList=["x" * 50, *(f"{n}" for n in range(19))])
    count = len(article["tagList"])
    assert count == 20, f"Expected 20 tags in article.tagList from POST /api/articles. Found {count}."

    site.post("/api/articles", article={**NEW, "title": "Refused", "tagList": tags}).refused(422, about="tagList")
    site.put(f"/api/articles/{article['slug']}", article={"tagList": tags}).refused(422, about="tagList")

    site.lists("Driftwood")
    site.get(f"/api/articles/{article['slug']}").has("article", value=article)


def test_a_tag_leads_to_its_articles_only(site: Site) -> None:
    """The list of a tag has the articles that carry it, the newest first, and says how many they are."""
    for title, tags in {"Driftwood": ["sea"], "Snow": ["winter"], "Ice floes": ["winter", "sea"]}.items():
        site.publish(title, tagList=tags)

    site.lists("Ice floes", "Driftwood", tag="sea")

    site.get("/api/articles", tag="sea").has("articlesCount", value=2)
    site.lists("Ice floes", "Snow", tag="winter")
    site.lists("Ice floes", "Snow", "Driftwood")


def test_a_tag_that_nothing_carries_is_an_empty_list(site: Site) -> None:
    """The list of an unknown tag is empty, and so is that of a part of a word."""
    site.publish("Driftwood", tagList=["seaside"])
    site.lists("Driftwood", tag="seaside")

    site.lists(tag="sea")
    site.lists(tag="SEASIDE")
    site.get("/api/articles", tag="sea").has("articlesCount", value=0)


@pytest.mark.parametrize("tag", ["c++", "left/right", "salt & pepper", "100%", "#1?", "mer d'été", "海", "a, b"])
def test_a_tag_may_hold_any_sign(site: Site, tag: str) -> None:
    """A tag with any signs in it is shown as it was sent, and leads to its article."""
    site.publish("Another", tagList=["other"])

    has_fields(site.publish("Driftwood", tagList=[tag]), tagList=[tag])

    site.lists("Driftwood", tag=tag)
    has_tags(site, tag, more=True)


def test_the_tags_in_use_begin_with_the_most_used(site: Site) -> None:
    """The list of tags has each tag once, the one that most articles carry at the top."""
    for title, tags in {"One": ["zinc", "amber"], "Two": ["zinc", "mint"], "Three": ["zinc", "mint"]}.items():
        site.publish(title, tagList=tags)

    site.get("/api/tags").has("tags", value=["zinc", "mint", "amber"])


def test_a_tag_is_listed_as_long_as_something_carries_it(site: Site) -> None:
    """A tag is in the list from its first use on, however many others there are, and no longer after its last."""
    words = [f"tag {number}" for number in range(40)]
    for title in ("One", "Two"):
        site.publish(title, tagList=words[:20])
        site.publish(title, tagList=words[20:])
    last = site.publish("Driftwood", tagList=["sea", "wood"])
    address = f"/api/articles/{last['slug']}"
    has_tags(site, *words, "sea", "wood")

    site.put(address, article={"tagList": ["sea"]}).gives("article")
    has_tags(site, *words, "sea")

    site.delete(address).has_nothing_to_say()
    has_tags(site, *words)


def test_two_people_use_a_new_tag_at_the_same_moment(site: Site, second_server: Server) -> None:
    """Where two people use a new tag for the first time at the same moment, both articles get it."""
    other = Site(second_server, site.token)

    with site.just_before_saving(lambda: other.publish("The quick one", tagList=["sea"])):
        slow = site.publish("The slow one", tagList=["sea"])

    has_fields(slow, tagList=["sea"])
    equal(sorted(site.titles(tag="sea")), ["The quick one", "The slow one"], "the sorted titles of ?tag=sea")
    site.get("/api/tags").has("tags", value=["sea"])


def test_the_sample_articles_carry_tags(site: Site) -> None:
    """A new database begins with articles that carry tags, each of them at least one."""
    site.start_anew()
    reader = site.anonymous

    articles = reader.get("/api/articles").gives("articles")

    assert articles, "Expected articles in a new database. Found none."
    for article in articles:
        assert article["tagList"], f"Expected a tag on the article {article['title']}. Found none."
    carried = {tag for article in articles for tag in article["tagList"]}
    has_tags(reader, *sorted(carried), more=True)


def test_the_docs_describe_the_tags(site: Site) -> None:
    """The docs page tells of the list of tags, of the query that asks for one, and shows how tags are sent."""
    site.documented("GET", "/api/tags", 200)
    site.documented("GET", "/api/articles", 200, query="tag")
    site.documented("POST", "/api/articles", 201, 422)
    site.documented("PUT", "/api/articles/{}", 200, 404, 422)
