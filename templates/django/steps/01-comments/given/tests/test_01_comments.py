"""Readers can answer an article, and a comment can be taken down again."""

import re

from tests.support import Site

COMMENT = ".card:not(.comment-form) .card-block p"


def test_an_article_invites_a_comment(site: Site) -> None:
    """Under an article there is a form to write a comment."""
    page = site.read(site.publish("Bread without kneading"))

    page.one(
        "form.card.comment-form textarea[name=body][placeholder='Write a comment...']",
        "a text area for the comment",
    )
    page.one("form.comment-form button", "a button that sends the comment").says("Post Comment")


def test_a_comment_appears_under_its_article_only(site: Site) -> None:
    """A comment is shown under the article it answers and under no other."""
    bread, soup = site.publish("Bread"), site.publish("Soup")

    site.comment(bread, "Mine came out flat.")

    site.read(bread).one(COMMENT, "the comment").says("Mine came out flat.")
    site.read(soup).none(COMMENT, "a comment on another article")


def test_comments_read_from_oldest_to_newest(site: Site) -> None:
    """The conversation reads from top to bottom."""
    article = site.publish("Bread")
    for words in ("first", "second", "third"):
        site.comment(article, words)

    site.read(article).lists(COMMENT, "comments", ["first", "second", "third"])


def test_reloading_after_posting_does_not_post_twice(site: Site) -> None:
    """After posting, the browser is sent back to the article; so is whoever opens the form's address."""
    article = site.publish("Bread")

    answer = site.send(f"{article}/comments", body="Once.")

    answer.redirects_to(article)
    site.get(f"{article}/comments").redirects_to(article)
    site.read(article).one(COMMENT, "the comment").says("Once.")


def test_an_empty_comment_is_refused_and_says_why(site: Site) -> None:
    """A comment of nothing but spaces is refused, with the reason on the page of the article."""
    article = site.publish("Bread")
    site.comment(article, "Mine came out flat.")

    page = site.send(f"{article}/comments", body="   ").refused(422)

    page.some(".error-messages li", "an error message")
    page.one("h1", "the article's title").says("Bread")
    page.one(COMMENT, "the earlier comment").says("Mine came out flat.")
    page = site.send(f"{article}/comments").refused(422)  # by a form without that field, from an older page, say
    page.one("form.comment-form textarea[name=body]", "the text area").holds("")


def test_a_comment_that_is_too_long_is_refused_and_kept(site: Site) -> None:
    """A comment of 5,000 characters is taken; a longer one is refused, and stays in the form."""
    article, other = site.publish("Bread"), site.publish("Soup")
    longest = "crumb\n" * 833 + "?!"
    site.comment(other, longest)
    site.read(other).one(COMMENT, "the comment")

    page = site.send(f"{article}/comments", body=longest + "!").refused(422)

    page.some(".error-messages li", "an error message")
    page.one("form.comment-form textarea[name=body]", "the text area").holds(longest + "!")
    site.read(article).none(COMMENT, "the rejected comment")


def test_a_comment_cannot_bring_a_script(site: Site) -> None:
    """What a reader types is shown as text and never runs."""
    article = site.publish("Bread")

    site.comment(article, "<script>alert(1)</script> Nice crust.")

    page = site.read(article)
    page.one(COMMENT, "the comment as text").says("<script>alert(1)</script> Nice crust.")
    page.none(".card:not(.comment-form) script", "a script from a comment")


def test_a_comment_can_be_taken_down(site: Site) -> None:
    """The delete button takes one comment down and leaves the others; a link to its address takes none."""
    article = site.publish("Bread")
    site.comment(article, "keep me")
    site.comment(article, "drop me")

    card = site.read(article).card("drop me")
    card.one(".mod-options .ion-trash-a", "a trash icon")
    form = card.one(".mod-options form", "the form that deletes it")
    address = form.attribute("action") or ""
    assert re.fullmatch(f"{article}/comments/[0-9]+/delete", address), form.failure(
        f'action="{article}/comments/ID/delete"', f'"{address}"'
    )
    site.get(address)
    assert site.read(article).texts(COMMENT) == ["keep me", "drop me"], (
        f"Expected GET {address} to delete nothing. Found a comment deleted."
    )

    card.submit(".mod-options form").redirects_to(article)
    site.read(article).lists(COMMENT, "comments", ["keep me"])


def test_deleting_an_article_takes_its_comments_along(site: Site) -> None:
    """No comment outlives its article, even when a new article gets the same address."""
    article = site.publish("Bread")
    site.comment(article, "an old remark")
    site.delete(article)

    again = site.publish("Bread")

    site.read(again).none(COMMENT, "a comment of the deleted article")


def test_what_is_not_there_is_not_found(site: Site) -> None:
    """A comment stands at its own article and is taken down once; on a missing article, and again, it is 404."""
    bread, soup = site.publish("Bread"), site.publish("Soup")
    site.comment(bread, "Mine came out flat.")
    address = site.read(bread).one(".mod-options form", "a form that deletes the comment").attribute("action") or ""

    site.send("/article/no-such-article/comments", body="Hello?").refused(404)
    site.send(address.replace(bread, soup)).refused(404)
    site.read(bread).one(COMMENT, "the comment").says("Mine came out flat.")
    site.send(address).redirects_to(bread)
    site.send(address).refused(404)


def test_a_form_from_elsewhere_touches_no_comment(site: Site) -> None:
    """A page of another site can neither write nor take down a comment in a visitor's name."""
    article = site.publish("Bread")
    site.comment(article, "Mine came out flat.")
    address = site.read(article).one(".mod-options form", "a form that deletes the comment").attribute("action") or ""

    site.send_from_elsewhere(f"{article}/comments", body="Forged.").refused(400, 403)
    site.send_from_elsewhere(address).refused(400, 403)

    site.read(article).lists(COMMENT, "comments", ["Mine came out flat."])


def test_the_admin_shows_comments_with_their_article(site: Site) -> None:
    """Those who look after the site find an article's comments on the article's own page in the admin."""
    bread = site.publish("Bread")
    site.comment(bread, "Mine came out flat.")
    site.comment(site.publish("Soup"), "Too hot.")
    staff = site.staff
    row = staff.read("/admin/articles/article/?q=Bread").one("#result_list tbody th a", "the article")

    page = staff.read(row.attribute("href") or "")

    assert "Mine came out flat." in page.words(), page.failure('"Mine came out flat."', "none")
    page.lacks("Too hot.")
