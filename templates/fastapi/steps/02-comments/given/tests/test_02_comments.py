"""Readers comment on articles, and another program hears about each comment."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.api import Site, comments_of, url_of
from tests.support.receiver import Receiver
from tests.support.visitor import first_visitor

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
WAIT_SECONDS = 4.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Another program, which listens for new comments."""
    with Receiver() as receiver:
        yield receiver


def test_article_has_a_list_of_comments(site: Site) -> None:
    """An article has a list of comments, which is empty at first."""
    article = site.publish("Bread")

    comments = site.get(comments_of(article)).gives("comments")

    assert comments == [], f"Expected an empty list of comments. Found {comments}."


def test_new_comment_is_returned(site: Site) -> None:
    """A new comment is returned with 201, and is in the list."""
    article = site.publish("Bread")

    comment = site.post(comments_of(article), comment={"body": "Mine came out flat."}).gives("comment", status=201)

    comment.has(body="Mine came out flat.")
    assert type(comment["id"]) is int, f"Expected a whole number as id. Found {comment['id']!r}."
    for name in ("createdAt", "updatedAt"):
        time = comment[name]
        assert TIME.fullmatch(str(time)), f"Expected {name} such as 2026-11-03T18:05:09.012345Z. Found {time}."
    comments = site.get(comments_of(article)).gives("comments")
    assert comments == [comment], f"Expected the new comment in the list. Found {comments}."


def test_comment_appears_under_its_article_only(site: Site) -> None:
    """A comment appears under its own article only."""
    bread, soup = site.publish("Bread"), site.publish("Soup")

    site.comment(bread, "Mine came out flat.")

    site.has_comments(bread, "Mine came out flat.")
    site.has_comments(soup)


def test_comments_are_listed_oldest_first(site: Site) -> None:
    """Comments are listed oldest first."""
    article = site.publish("Bread")
    for text in ("first", "second", "third"):
        site.comment(article, text)

    site.has_comments(article, "first", "second", "third")


def test_blank_comment_is_rejected(site: Site) -> None:
    """A blank comment is rejected, and the response says why."""
    article = site.publish("Bread")

    for comment in ({"body": ""}, {"body": " \n "}, {"body": None}, {}):
        site.post(comments_of(article), comment=comment).rejected(422, body="can't be blank")

    site.has_comments(article)


def test_too_long_comment_is_rejected(site: Site) -> None:
    """A comment that is longer than 5,000 characters is rejected."""
    article, longest = site.publish("Bread"), "crumb\n" * 833 + "?!"

    site.comment(article, longest)
    site.post(comments_of(article), comment={"body": longest + "!"}).rejected(422, "body")

    site.has_comments(article, longest)


def test_deleting_a_comment_keeps_the_others(site: Site) -> None:
    """Deleting a comment returns 204, and keeps other comments."""
    article = site.publish("Bread")
    site.comment(article, "keep me")
    comment = site.comment(article, "delete me")

    site.delete(f"{comments_of(article)}/{comment['id']}").is_empty()

    site.has_comments(article, "keep me")


def test_deleting_an_article_deletes_its_comments(site: Site) -> None:
    """Deleting an article deletes its comments."""
    article = site.publish("Bread")
    site.comment(article, "an old remark")

    site.delete(url_of(article)).is_empty()

    site.has_comments(site.publish("Bread"))


def test_missing_article_or_comment_returns_404(site: Site) -> None:
    """A URL with a missing article or comment returns 404."""
    article = site.publish("Bread")
    comment = f"{comments_of(article)}/{site.comment(article, 'Mine came out flat.')['id']}"
    missing = comment.replace(url_of(article), "/api/articles/no-such-article")

    site.get(missing.rpartition("/")[0]).rejected(404, article="not found")
    site.post(missing.rpartition("/")[0], comment={"body": "Hello?"}).rejected(404, article="not found")
    site.delete(missing).rejected(404, article="not found")
    site.delete(comment).is_empty()
    site.delete(comment).rejected(404, comment="not found")


def test_docs_page_describes_the_comments(site: Site) -> None:
    """The docs page describes each endpoint for comments."""
    keys = "id", "body", "createdAt", "updatedAt"

    site.documented("GET", "/api/articles/{}/comments", 200, "comments", *keys)
    site.documented("POST", "/api/articles/{}/comments", 201, "comment", *keys)
    site.documented("DELETE", "/api/articles/{}/comments/{}", 204)


def test_new_comment_is_announced(start_site: Callable[..., Site], receiver: Receiver) -> None:
    """A new comment is sent to the URL in the setting webhook_url."""
    site = first_visitor(start_site(webhook_url=receiver.url).server)
    article = site.publish("Bread")

    comment = site.comment(article, "Mine came out flat.")

    message = receiver.next_message(WAIT_SECONDS)
    expected = {"article": article["slug"], "comment": {"id": comment["id"], "body": "Mine came out flat."}}
    assert message == expected, f"Expected {expected} at the URL in webhook_url. Found {message}."
    site.post(comments_of(article), comment={"body": " "}).rejected(422, "body")
    site.comment(article, "Again.")
    again = receiver.next_message(WAIT_SECONDS)
    assert again["comment"]["body"] == "Again.", f"Expected no message for a rejected comment. Found {again}."


def test_broken_receiver_changes_nothing(start_site: Callable[..., Site], receiver: Receiver) -> None:
    """A comment is saved even if nobody listens at webhook_url."""
    site = first_visitor(start_site(webhook_url=receiver.url).server)
    article = site.publish("Bread")

    receiver.status = 500
    site.comment(article, "first")
    receiver.next_message(WAIT_SECONDS)
    receiver.stop()
    site.comment(article, "second")

    site.has_comments(article, "first", "second")


def test_slow_receiver_keeps_nobody_waiting(start_site: Callable[..., Site], receiver: Receiver) -> None:
    """While a receiver is slow, the site answers other requests."""
    site = first_visitor(start_site(webhook_url=receiver.url).server)
    article = site.publish("Bread")
    site.has_comments(article)
    receiver.is_slow = True

    with ThreadPoolExecutor(2) as clients:
        writing = clients.submit(site.comment, article, "Mine came out flat.")
        receiver.next_message(WAIT_SECONDS)
        reading = clients.submit(site.has_comments, article, "Mine came out flat.")
        try:
            reading.result(WAIT_SECONDS / 2)
            is_waiting = False
        except TimeoutError:
            is_waiting = True
        receiver.go_on()

    writing.result()
    assert not is_waiting, "Expected a response while the site waits for webhook_url. Found none: the site is blocked."


def test_comment_of_another_article_returns_404(site: Site) -> None:
    """A comment can't be deleted with the URL of another article."""
    bread, soup = site.publish("Bread"), site.publish("Soup")
    comment = site.comment(bread, "Mine came out flat.")

    site.delete(f"{comments_of(soup)}/{comment['id']}").rejected(404, comment="not found")

    site.has_comments(bread, "Mine came out flat.")
    site.delete(f"{comments_of(bread)}/{comment['id']}").is_empty()


def test_impossible_number_is_rejected(site: Site) -> None:
    """A comment's number that can't exist is rejected."""
    article = site.publish("Bread")
    comment = site.comment(article, "Mine came out flat.")

    for number in ("0", "-1", "one", "9" * 30, "9" * 5_000):
        reply = site.delete(f"{comments_of(article)}/{number}")
        assert reply.status in (404, 422), reply.instead_of(f"status 404 or 422 from {reply.request}")
        reply.rejected(reply.status)

    site.delete(f"{comments_of(article)}/{comment['id']}").is_empty()


def test_comment_on_an_article_being_deleted_returns_404(site: Site) -> None:
    """A comment on an article that is being deleted returns 404."""
    article = site.publish("Bread")
    site.comment(article, "In time.")

    with site.just_before_saving(lambda: site.delete(url_of(article)).is_empty()):
        reply = site.post(comments_of(article), comment={"body": "Too late."})

    reply.rejected(404, article="not found")
