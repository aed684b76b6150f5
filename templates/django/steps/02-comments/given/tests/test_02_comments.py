"""Readers can comment on articles and delete comments."""

import re

from tests.support.pages import Site

COMMENT = ".card:not(.comment-form) .card-block p"
DELETE = ".mod-options form"


def test_article_page_has_a_comment_form(site: Site) -> None:
    """An article page has a comment form."""
    page = site.read(site.publish("Bread without kneading"))

    page.one("form.card.comment-form textarea[name=body]", "a comment form")
    page.one("form.comment-form [placeholder='Write a comment...']", "a placeholder in the text area")
    page.one("form.comment-form button", "a submit button").has_text("Post Comment")


def test_comment_appears_under_its_article_only(site: Site) -> None:
    """A comment appears under its own article only."""
    bread, soup = site.publish("Bread"), site.publish("Soup")

    site.comment(bread, "Mine came out flat.")

    site.read(bread).one(COMMENT, "the comment").has_text("Mine came out flat.")
    site.read(soup).none(COMMENT, "a comment of another article")


def test_comments_are_listed_oldest_first(site: Site) -> None:
    """Comments are listed oldest first."""
    article = site.publish("Bread")
    for text in ("first", "second", "third"):
        site.comment(article, text)

    site.read(article).lists(COMMENT, "comments", ["first", "second", "third"])


def test_posting_a_comment_redirects_to_the_article(site: Site) -> None:
    """Posting a comment redirects to the article."""
    article = site.publish("Bread")

    site.post(f"{article}/comments", body="Once.").redirects_to(article)

    site.read(article).one(COMMENT, "the comment").has_text("Once.")


def test_blank_comment_is_rejected(site: Site) -> None:
    """A blank comment is rejected, and the page says why."""
    article = site.publish("Bread")
    site.comment(article, "Mine came out flat.")

    page = site.post(f"{article}/comments", body="   ").rejected(422)

    page.some(".error-messages li", "an error message")
    page.one("h1", "the title of the article").has_text("Bread")
    page.one(COMMENT, "the earlier comment").has_text("Mine came out flat.")


def test_too_long_comment_is_rejected_and_kept(site: Site) -> None:
    """A comment that is longer than 5,000 characters is rejected."""
    article, longest = site.publish("Bread"), "crumb\n" * 833 + "?!"

    site.post(f"{article}/comments", body=longest).redirects_to(article)
    page = site.post(f"{article}/comments", body=longest + "!").rejected(422)

    page.some(".error-messages li", "an error message")
    page.one("form.comment-form textarea[name=body]", "the text area").has_value(longest + "!")
    site.read(article).one(COMMENT, "only the first comment")


def test_html_in_a_comment_is_shown_as_text(site: Site) -> None:
    """HTML in a comment is shown as text."""
    article = site.publish("Bread")

    site.comment(article, "<script>alert(1)</script> Nice crust.")

    page = site.read(article)
    page.one(COMMENT, "the comment").has_text("<script>alert(1)</script> Nice crust.")
    page.none(".card:not(.comment-form) script", "a script from a comment")


def test_deleting_a_comment_keeps_the_others(site: Site) -> None:
    """Deleting a comment doesn't delete other comments."""
    article = site.publish("Bread")
    site.comment(article, "keep me")
    site.comment(article, "delete me")

    card = site.read(article).card("delete me")
    card.one(".mod-options .ion-trash-a", "a delete button")
    url = card.one(DELETE, "a form that deletes the comment").attribute("action") or ""
    assert re.fullmatch(f"{article}/comments/[0-9]+/delete", url), (
        f"Expected the form to send to {article}/comments/ID/delete. Found {url}."
    )
    site.get(url)
    site.read(article).lists(COMMENT, "comments after a GET request", ["keep me", "delete me"])

    card.submit(DELETE).redirects_to(article)

    site.read(article).lists(COMMENT, "comments", ["keep me"])


def test_deleting_an_article_deletes_its_comments(site: Site) -> None:
    """Deleting an article deletes its comments."""
    article = site.publish("Bread")
    site.comment(article, "an old remark")

    site.delete(article).redirects_to("/")

    site.read(site.publish("Bread")).none(COMMENT, "a comment of the deleted article")


def test_missing_article_or_comment_returns_404(site: Site) -> None:
    """A URL with a missing article or comment returns 404."""
    article = site.publish("Bread")
    site.comment(article, "Mine came out flat.")
    url = site.read(article).one(DELETE, "a form that deletes the comment").attribute("action") or ""

    site.post("/article/no-such-article/comments", body="Hello?").rejected(404)
    site.post(url).redirects_to(article)
    site.post(url).rejected(404)


def test_comment_of_another_article_returns_404(site: Site) -> None:
    """A comment can't be deleted with the URL of another article."""
    bread, soup = site.publish("Bread"), site.publish("Soup")
    site.comment(bread, "Mine came out flat.")
    url = site.read(bread).one(DELETE, "a form that deletes the comment").attribute("action") or ""

    site.post(url.replace(bread, soup)).rejected(404)

    site.read(bread).one(COMMENT, "the comment").has_text("Mine came out flat.")
    site.post(url).redirects_to(bread)


def test_staff_can_delete_a_comment_in_the_admin(site: Site) -> None:
    """The admin shows an article's comments and can delete them."""
    article = site.publish("Bread")
    site.comment(article, "Buy cheap watches!")
    site.comment(article, "Mine came out flat.")
    admin = site.superuser()
    link = admin.read("/admin/articles/article/").one("#result_list tbody th a", "a link to the article")

    page = admin.read(link.attribute("href") or "")

    texts = [
        field.value() for field in page.some(".inline-group .has_original textarea", "the comments below the article")
    ]
    assert "Buy cheap watches!" in texts, f"Expected the comment in a text area. Found {texts}."
    boxes = page.names(".inline-group .has_original input[type=checkbox][name$='-DELETE']")
    assert len(boxes) == 2, page.failure("a checkbox to delete each comment", str(len(boxes)))
    page.submit("#article_form", **{boxes[texts.index("Buy cheap watches!")]: "on"}).redirects_to(
        "/admin/articles/article/"
    )
    site.read(article).lists(COMMENT, "comments", ["Mine came out flat."])


def test_url_of_the_form_redirects_to_the_article(site: Site) -> None:
    """A GET request to the form's URL redirects to the article."""
    article = site.publish("Bread")
    site.post(f"{article}/comments", body=" ").rejected(422)

    site.get(f"{article}/comments").redirects_to(article)


def test_other_sites_cannot_comment_or_delete(site: Site) -> None:
    """A page of another site can't add or delete comments."""
    article = site.publish("Bread")
    site.comment(article, "Mine came out flat.")
    url = site.read(article).one(DELETE, "a form that deletes the comment").attribute("action") or ""

    site.post_from_another_site(f"{article}/comments", body="Spam").rejected(403)
    site.post_from_another_site(url).rejected(403)

    site.read(article).one(COMMENT, "only the first comment").has_text("Mine came out flat.")
    site.read(article).submit(DELETE).redirects_to(article)


def test_comment_on_an_article_being_deleted_returns_404(site: Site) -> None:
    """A comment on an article that is being deleted returns 404."""
    article, other_visitor = site.publish("Bread"), site.copy()
    site.comment(article, "In time.")

    with site.just_before_saving(lambda: other_visitor.delete(article)):
        reply = site.post(f"{article}/comments", body="Too late.")

    reply.rejected(404).one("nav.navbar", "the navigation bar of the site")
