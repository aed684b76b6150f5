"""Readers can answer an article, and a comment can be taken down again."""

import re

import pytest

from tests.support import Site, Thing, has_fields

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


def comments_of(article: Thing) -> str:
    """The address of an article's comments."""
    return f"/api/articles/{article['slug']}/comments"


def test_a_comment_comes_back(site: Site) -> None:
    """A comment is answered with status 201, its number, its text and its times, and can be read from then on."""
    bread = site.publish("Bread")
    site.get(comments_of(bread)).has("comments", value=[])

    comment = site.post(comments_of(bread), comment={"body": "Mine came out flat."}).gives("comment", status=201)

    has_fields(comment, body="Mine came out flat.")
    assert type(comment["id"]) is int, f"Expected a whole number as id. Found {comment['id']!r}."
    for moment in ("createdAt", "updatedAt"):
        assert MOMENT.fullmatch(str(comment[moment])), f"Expected a time in UTC as {moment}. Found {comment[moment]}."
    site.get(comments_of(bread)).has("comments", value=[comment])


def test_a_comment_belongs_to_its_article_only(site: Site) -> None:
    """A comment stands among those of the article that it answers, and of no other."""
    bread, soup = site.publish("Bread"), site.publish("Soup")

    site.comment(bread, "Mine came out flat.")
    site.comment(soup, "Too much salt.")

    site.has_comments(bread, "Mine came out flat.")
    site.has_comments(soup, "Too much salt.")


def test_comments_read_from_oldest_to_newest(site: Site) -> None:
    """The conversation reads from the first word to the last."""
    article = site.publish("Bread")
    for words in ("first", "second", "third"):
        site.comment(article, words)

    site.has_comments(article, "first", "second", "third")


@pytest.mark.parametrize("comment", [{"body": ""}, {"body": " \n "}, {"body": None}, {}])
def test_an_empty_comment_is_refused(site: Site, comment: dict[str, object]) -> None:
    """A comment without a word in it is refused, and nothing is kept of it."""
    article = site.publish("Bread")

    site.post(comments_of(article), comment=comment).refused(422, body="can't be blank")

    site.has_comments(article)


def test_a_comment_can_be_too_long(site: Site) -> None:
    """A comment of 5,000 signs is taken, one of 5,001 is refused."""
    article = site.publish("Bread")

    site.post(comments_of(article), comment={"body": "x" * 5_001}).refused(422, about="body")
    site.comment(article, "x" * 5_000)

    site.has_comments(article, "x" * 5_000)


def test_a_comment_can_be_taken_down(site: Site) -> None:
    """Taking a comment down is answered with status 204 and nothing else, and leaves the others."""
    article = site.publish("Bread")
    site.comment(article, "keep me")
    address = f"{comments_of(article)}/{site.comment(article, 'drop me')['id']}"
    assert site.get(address).status in (404, 405), f"Expected no comment from GET {address}. Found one."
    site.has_comments(article, "keep me", "drop me")

    site.delete(address).has_nothing_to_say()

    site.has_comments(article, "keep me")


def test_deleting_an_article_takes_its_comments_along(site: Site) -> None:
    """No comment outlives its article, even when a new article gets the same address."""
    article = site.publish("Bread")
    site.comment(article, "an old remark")
    site.delete(f"/api/articles/{article['slug']}").has_nothing_to_say()

    again = site.publish("Bread")

    has_fields(again, slug=article["slug"])
    site.has_comments(again)


def test_where_no_article_is_there_are_no_comments(site: Site) -> None:
    """Reading, writing and taking down comments of an article that is not there is answered with 404."""
    comment = site.comment(site.publish("Bread"), "Hello.")
    nowhere = "/api/articles/no-such-article/comments"

    site.get(nowhere).refused(404, article="not found")
    site.post(nowhere, comment={"body": "Hello?"}).refused(404, article="not found")
    site.delete(f"{nowhere}/{comment['id']}").refused(404, article="not found")


def test_a_comment_is_taken_down_once(site: Site) -> None:
    """A comment is taken down once, and at the address of its own article alone; all else is answered with 404."""
    bread, soup = site.publish("Bread"), site.publish("Soup")
    comment = site.comment(bread, "Mine came out flat.")

    site.delete(f"{comments_of(soup)}/{comment['id']}").refused(404, comment="not found")
    site.has_comments(bread, "Mine came out flat.")
    site.delete(f"{comments_of(bread)}/{comment['id']}").has_nothing_to_say()
    site.delete(f"{comments_of(bread)}/{comment['id']}").refused(404, comment="not found")


@pytest.mark.parametrize("number", ["0", "-1", "one", "9" * 30, pytest.param("9" * 5_000, id="endless")])
def test_a_number_that_no_comment_can_have_is_refused(site: Site, number: str) -> None:
    """Whatever stands in the place of a comment's number, the answer is a refusal that says why."""
    article = site.publish("Bread")
    comment = site.comment(article, "Mine came out flat.")

    answer = site.delete(f"{comments_of(article)}/{number}")

    assert answer.status in (404, 422), answer.instead_of(f"status 404 or 422 from {answer.name}")
    answer.refused(answer.status)
    site.delete(f"{comments_of(article)}/{comment['id']}").has_nothing_to_say()


def test_the_docs_describe_the_comments(site: Site) -> None:
    """The docs page tells what each operation on comments does, takes, and may answer, refusals included."""
    site.documented("GET", "/api/articles/{}/comments", 200, 404)
    site.documented("POST", "/api/articles/{}/comments", 201, 404, 422)
    site.documented("DELETE", "/api/articles/{}/comments/{}", 204, 404, 422)
