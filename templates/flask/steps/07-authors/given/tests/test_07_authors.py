"""Articles and comments have an author, and only the author can change them."""

from tests.support.pages import Site

CARD_TITLE = ".article-preview a.preview-link h1"
COMMENT = ".card:not(.comment-form) .card-block p"
DELETE_COMMENT = ".mod-options form"
FORGED = {"title": "Forged", "description": "By somebody.", "body": "Nothing."}
since_authors: list[int] = []  # the number of migrations from the authors of articles until now


def editor_of(article: str) -> str:
    """The URL of the editor for an article."""
    return article.replace("/article/", "/editor/")


def with_picture(user: Site) -> str:
    """Give a user a picture, and return its URL."""
    picture = f"https://example.org/{user.name[0]}.png"
    user.read("/settings").submit("form:has(textarea[name=bio])", image=picture)
    return picture


def downgrade_to_before_authors(site: Site) -> None:
    """Undo migrations until articles have no author. The first time, this counts the migrations."""
    if since_authors:
        site.run("db", "downgrade", "--", f"-{since_authors[0]}")
        return
    for number in range(1, 20):
        site.run("db", "downgrade")
        if "article.author_id" in site.server.run("check-db").output:
            since_authors.append(number)
            return
    raise AssertionError("Expected a migration that adds the column article.author_id. Found none.")


def test_article_shows_its_author(site: Site) -> None:
    """An article shows the picture and the name of its author."""
    nora = site.user("nora")
    picture, article = with_picture(nora), nora.publish("Fog")

    page = site.anonymous.read(article)

    author = page.one(".article-page .article-meta a.author", "the author")
    author.has_text("nora")
    author.links_to("/profile/nora")
    page.one(".article-meta img", "the picture of the author").has("src", picture)


def test_card_shows_the_author(site: Site) -> None:
    """An article's card shows the author's picture and name."""
    nora, jiri = site.user("nora"), site.register("jiri")
    pictures = {"Fog": with_picture(nora), "Chestnuts": with_picture(jiri)}
    nora.publish("Fog")
    jiri.publish("Chestnuts")
    jiri.read("/settings").submit("form:has(textarea[name=bio])", username="Jiří <i>& Co?").redirects_to(
        "/profile/Jiří <i>& Co?"
    )

    home = site.anonymous.read("/")

    home.card("Fog").one(".article-meta a.author", "the author").has_text("nora")
    author = home.card("Chestnuts").one(".article-meta a.author", "the author")
    author.has_text("Jiří <i>& Co?")
    site.read(author.attribute("href") or "").one("h4", "the name on the profile").has_text("Jiří <i>& Co?")
    for title, picture in pictures.items():
        home.card(title).one(".article-meta img", "the picture of the author").has("src", picture)


def test_signed_out_visitor_cannot_publish(site: Site) -> None:
    """A signed-out visitor to the editor is redirected to /login."""
    visitor, links = site.anonymous, ("nav.navbar a[href='/editor']", "nav.navbar a[href='/drafts']")
    site.publish("Fog")
    for link in links:
        site.read("/").one(link, "a link for signed-in users")

    for url in ("/editor", "/editor/no-such-article", "/drafts"):
        visitor.get(url).redirects_to("/login")
    visitor.post("/editor", **FORGED).redirects_to("/login")

    home = visitor.read("/")
    home.lists(CARD_TITLE, "articles", ["Fog"])
    home.none(", ".join(links), "a link to the editor or to the drafts")


def test_only_the_author_sees_the_buttons(site: Site) -> None:
    """Only the author sees the buttons to edit and delete."""
    nora, oskar = site.user("nora"), site.user("oskar")
    article = nora.publish("Fog")
    edit, delete = f"a[href='{editor_of(article)}']", f"form[action='{article}/delete']"

    own = nora.read(article)
    own.one(edit, "a link to the editor").has_text("Edit Article")
    own.one(f"{delete} button", "a delete button").has_text("Delete Article")

    for visitor in (oskar, site.anonymous):
        visitor.read(article).none(f"{edit}, {delete}", "a link or button for the author")


def test_only_the_author_can_edit(site: Site) -> None:
    """Only the author can edit an article. Other users get 403."""
    nora, oskar, visitor = site.user("nora"), site.user("oskar"), site.anonymous
    article = nora.publish("Fog")
    editor = editor_of(article)

    oskar.get(editor).rejected(403).one("nav.navbar a.navbar-brand", "the navigation bar of the site")
    oskar.post(editor, **FORGED).rejected(403)
    visitor.get(editor).redirects_to("/login")
    visitor.post(editor, **FORGED).redirects_to("/login")

    site.read(article).one("h1", "the title").has_text("Fog")
    nora.edit(article, title="Noon").redirects_to(article)
    page = oskar.read(article)
    page.one("h1", "the title").has_text("Noon")
    page.one(".article-meta .author", "the author").has_text("nora")


def test_only_the_author_can_delete(site: Site) -> None:
    """Only the author can delete an article. Other users get 403."""
    nora, oskar, visitor = site.user("nora"), site.user("oskar"), site.anonymous
    article = nora.publish("Fog")

    oskar.post(f"{article}/delete").rejected(403)
    visitor.post(f"{article}/delete").redirects_to("/login")
    visitor.post("/article/no-such-article/delete").redirects_to("/login")

    site.read(article)
    nora.delete(article).redirects_to("/")
    site.get(article).rejected(404)


def test_comment_shows_its_author(site: Site) -> None:
    """A comment shows the picture and the name of its author."""
    article, nora, oskar = site.publish("Fog"), site.user("nora"), site.user("oskar")
    picture = with_picture(oskar)

    oskar.comment(article, "I was there.")
    nora.comment(article, "So was I.")

    page = site.anonymous.read(article)
    for user, text, image in ((oskar, "I was there.", picture), (nora, "So was I.", "default-avatar.svg")):
        card = page.card(text)
        card.one(f"a[href='/profile/{user.name}']", "a link to the author").has_text(user.name)
        card.one("img.comment-author-img", "the picture of the author").has_in("src", image)
        card.one(".card-block p", "the text").has_text(text)


def test_signed_out_visitor_cannot_comment(site: Site) -> None:
    """A signed-out visitor sees no comment form and can't comment."""
    article, visitor, nora = site.publish("Fog"), site.anonymous, site.user("nora")
    picture = with_picture(nora)
    form = nora.read(article).one("form.comment-form", "a comment form")
    form.one("img.comment-author-img", "the picture of the user").has("src", picture)
    form.one("button", "a button to send the comment")

    visitor.post(f"{article}/comments", body="Forged.").redirects_to("/login")

    page = visitor.read(article)
    page.none("form.comment-form", "a comment form")
    page.none(COMMENT, "a comment")
    site.comment(article, "Mine.")
    visitor.read(article).one(COMMENT, "the comment").has_text("Mine.")


def test_only_its_author_can_delete_a_comment(site: Site) -> None:
    """Only the author of a comment can delete it."""
    nora, oskar, visitor = site.user("nora"), site.user("oskar"), site.anonymous
    article = nora.publish("Fog")
    nora.comment(article, "Thank you all.")
    oskar.comment(article, "I was there.")
    own = oskar.read(article).card("I was there.")
    url = own.one(DELETE_COMMENT, "a form to delete the comment").attribute("action") or ""
    own.one(f"{DELETE_COMMENT} button", "a delete button")

    oskar.read(article).card("Thank you all.").none(".mod-options", "a delete button")
    nora.read(article).card("I was there.").none(".mod-options", "a delete button")
    visitor.read(article).none(".mod-options", "a delete button")
    nora.post(url).rejected(403)
    visitor.post(url).redirects_to("/login")
    site.read(article).lists(COMMENT, "comments", ["Thank you all.", "I was there."])

    own.submit(DELETE_COMMENT).redirects_to(article)
    site.read(article).lists(COMMENT, "comments", ["Thank you all."])


def test_drafts_page_lists_only_your_drafts(site: Site) -> None:
    """The drafts page lists only the signed-in user's drafts."""
    nora, oskar = site.user("nora"), site.user("oskar")
    nora.publish("Fog", draft="y")
    oskar.publish("Chestnuts", draft="y")
    nora.publish("Noon")

    nora.read("/drafts").lists(CARD_TITLE, "drafts", ["Fog"])
    oskar.read("/drafts").lists(CARD_TITLE, "drafts", ["Chestnuts"])


def test_draft_of_another_user_returns_404(site: Site) -> None:
    """Opening another user's draft returns 404."""
    nora, oskar = site.user("nora"), site.user("oskar")
    draft = nora.publish("Fog", draft="y")

    for visitor in (oskar, site.anonymous):
        visitor.get(draft).rejected(404)
    for url in (editor_of(draft), f"{draft}/delete", f"{draft}/comments"):
        oskar.post(url, **FORGED).rejected(404)

    nora.read(draft).one("h1", "the title").has_text("Fog")
    nora.read(editor_of(draft))


def test_sample_articles_have_authors(site: Site) -> None:
    """Each sample article has an author with a profile page."""
    site.run("init-db")

    cards = site.anonymous.read("/").some(".article-preview", "sample articles")

    for card in cards:
        author = card.one(".article-meta a.author", "the author")
        site.read(author.attribute("href") or "").one("h4", "the name").has_text(author.text())
        picture = card.one(".article-meta img", "the picture")
        site.get(picture.attribute("src") or "").succeeds()


def test_old_rows_get_an_author(site: Site) -> None:
    """The migration adds an author to old articles and comments."""
    nora = site.user("nora")
    article = nora.publish("Fog", body="It came at night.")
    nora.comment(article, "I was there.")
    site.read(article).one(".article-meta .author", "the author")
    downgrade_to_before_authors(site)

    site.run("db", "upgrade")

    page = site.anonymous.read(article)
    page.one("h1", "the title").has_text("Fog")
    page.one(".article-content p", "the text").has_text("It came at night.")
    author = page.one(".article-meta .author", "the author")
    author.has_text("anonymous")
    site.read(author.attribute("href") or "").one("h4", "the name").has_text("anonymous")
    card = page.card("I was there.")
    card.one("a[href='/profile/anonymous']", "a link to the author").has_text("anonymous")
    finished = site.server.run("check-db")
    assert finished.code == 0, f"Expected all tables and columns after the upgrade. Found: {finished.output}"


def test_migration_without_old_rows_adds_no_user(site: Site) -> None:
    """The migration adds a user only if there are old rows."""
    site.publish("Fog")
    site.read("/").one(".article-meta .author", "the author")

    site.get("/profile/anonymous").rejected(404)


def test_more_articles_need_no_more_queries(site: Site) -> None:
    """A list with more authors doesn't need more queries."""
    for name in ("nora", "oskar"):
        site.user(name).publish("Fog")
    few = len(site.queries("/").statements)
    for name in ("petra", "jiri", "mara"):
        site.user(name).publish("Chestnuts")
    site.read("/")

    with site.most_queries(few, "/"):
        home = site.read("/")

    home.lists(".article-meta .author", "authors", ["mara", "jiri", "petra", "oskar", "nora"])


def test_more_comments_need_no_more_queries(site: Site) -> None:
    """A page with more commenters doesn't need more queries."""
    article = site.publish("Fog")
    for name in ("nora", "oskar"):
        site.user(name).comment(article, "First.")
    few = len(site.queries(article).statements)
    for name in ("petra", "jiri", "mara"):
        site.user(name).comment(article, "Later.")
    site.read(article)

    with site.most_queries(few, article):
        page = site.read(article)

    page.lists(COMMENT, "comments", ["First.", "First.", "Later.", "Later.", "Later."])
    page.some(".card:not(.comment-form) .comment-author-img", "pictures of the authors")


def test_real_user_never_gets_old_rows(site: Site) -> None:
    """A real user never becomes the author of the old articles."""
    real, nora = site.register("anonymous"), site.user("nora")
    article = nora.publish("Fog")
    site.read(article).one(".article-meta .author", "the author")
    downgrade_to_before_authors(site)

    site.run("db", "upgrade")

    author = site.read(article).one(".article-meta .author", "the author").text()
    assert author != "anonymous", "Expected another author than the real user. Found the real user anonymous."
    real.read(article).none(f"form[action='{article}/delete']", "a delete button for a real user")
    real.post(f"{article}/delete").rejected(403)
    nora.post(f"{article}/delete").rejected(403)


def test_migration_can_run_again(site: Site) -> None:
    """The migration can run again after a downgrade."""
    article = site.publish("Fog")
    site.read(article).one(".article-meta .author", "the author")

    for _ in range(2):
        downgrade_to_before_authors(site)
        site.run("db", "upgrade")

        site.read(article).one(".article-meta .author", "the author").has_text("anonymous")
