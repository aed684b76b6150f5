"""Articles and comments have an author, and only the author can change them."""

from urllib.parse import urljoin

from tests.support.pages import Page, Reply, Site

ADMIN = "/admin/articles/article/"
ROWS = "#result_list tbody tr"

CARD_TITLE = ".article-preview a.preview-link h1"
COMMENT = ".card:not(.comment-form) .card-block p"
DELETE_COMMENT = ".mod-options form"
FORGED = {"title": "Forged", "description": "By somebody.", "body": "Nothing."}


def editor_of(article: str) -> str:
    """The URL of the editor for an article."""
    return article.replace("/article/", "/editor/")


def with_picture(user: Site) -> str:
    """Give a user a picture, and return its URL."""
    picture = f"https://example.org/{user.name[0]}.png"
    user.read("/settings").submit("form:has(textarea[name=bio])", image=picture)
    return picture


def published_in_the_admin(staff: Site, *titles: str) -> Reply:
    """Choose these articles in the admin, and publish them with the action."""
    page = staff.read(ADMIN)
    rows = [row for row in page.some(ROWS, "the articles") if row.one(".field-title", "a title").text() in titles]
    boxes = [row.one("input[name=_selected_action]", "a checkbox").attribute("value") or "" for row in rows]
    return staff.post(ADMIN, action=action_called(page, "Publish"), _selected_action=boxes)


def action_called(page: Page, beginning: str) -> str:
    """The value of the action whose name starts like this. Without the action, nothing."""
    options = page.some("select[name=action] option", "the actions above the list")
    values = [option.attribute("value") or "" for option in options if option.text().startswith(beginning)]
    return values[0] if values else ""


def make_staff(admin: Site, user: Site, **chosen: str) -> None:
    """Let a user into the admin, with a group or permissions that a superuser chooses by their names."""
    rows = admin.read(f"/admin/accounts/user/?q={user.name}").some("#result_list tbody th a", "the user")
    page = admin.read(rows[0].attribute("href") or "")
    fields = {"is_staff": "on"}
    for name, text in chosen.items():
        options = page.some(f"select[name={name}] option", f"the {name} of a user")
        values = [option.attribute("value") or "" for option in options if option.text().endswith(text)]
        assert values, page.failure(f"{text} in the {name}", ", ".join(option.text() for option in options))
        fields[name] = values[0]
    page.submit("#user_form", **fields).redirects_to_a_page_under("/admin/accounts/user/")


def test_article_shows_its_author(site: Site) -> None:
    """An article shows the picture and the name of its author."""
    nora = site.register("nora")
    picture, article = with_picture(nora), nora.publish("Fog")

    page = site.anonymous.read(article)

    author = page.one(".article-page .article-meta a.author", "the author")
    author.has_text("nora")
    author.links_to("/profile/nora")
    page.one(".article-meta img", "the picture of the author").has("src", picture)


def test_card_shows_the_author(site: Site) -> None:
    """An article's card shows the author's picture and name."""
    nora, jiri = site.register("nora"), site.register("jiri")
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
        visitor.get(url).asks_to_sign_in()
    visitor.post("/editor", **FORGED).asks_to_sign_in()

    home = visitor.read("/")
    home.lists(CARD_TITLE, "articles", ["Fog"])
    home.none(", ".join(links), "a link to the editor or to the drafts")


def test_only_the_author_sees_the_buttons(site: Site) -> None:
    """Only the author sees the buttons to edit and delete."""
    nora, oskar = site.register("nora"), site.register("oskar")
    article = nora.publish("Fog")
    edit, delete = f"a[href='{editor_of(article)}']", f"form[action='{article}/delete']"

    own = nora.read(article)
    own.one(edit, "a link to the editor").has_text("Edit Article")
    own.one(f"{delete} button", "a delete button").has_text("Delete Article")

    for visitor in (oskar, site.anonymous):
        visitor.read(article).none(f"{edit}, {delete}", "a link or button for the author")


def test_only_the_author_can_edit(site: Site) -> None:
    """Only the author can edit an article. Other users get 403."""
    nora, oskar, visitor = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("Fog")
    editor = editor_of(article)

    oskar.get(editor).rejected(403).one("nav.navbar a.navbar-brand", "the navigation bar of the site")
    oskar.post(editor, **FORGED).rejected(403)
    visitor.get(editor).asks_to_sign_in()
    visitor.post(editor, **FORGED).asks_to_sign_in()

    site.read(article).one("h1", "the title").has_text("Fog")
    nora.edit(article, title="Noon").redirects_to(article)
    page = oskar.read(article)
    page.one("h1", "the title").has_text("Noon")
    page.one(".article-meta .author", "the author").has_text("nora")


def test_only_the_author_can_delete(site: Site) -> None:
    """Only the author can delete an article. Other users get 403."""
    nora, oskar, visitor = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("Fog")

    oskar.post(f"{article}/delete").rejected(403)
    visitor.post(f"{article}/delete").asks_to_sign_in()
    visitor.post("/article/no-such-article/delete").asks_to_sign_in()

    site.read(article)
    nora.delete(article).redirects_to("/")
    site.get(article).rejected(404)


def test_comment_shows_its_author(site: Site) -> None:
    """A comment shows the picture and the name of its author."""
    article, nora, oskar = site.publish("Fog"), site.register("nora"), site.register("oskar")
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
    article, visitor, nora = site.publish("Fog"), site.anonymous, site.register("nora")
    picture = with_picture(nora)
    form = nora.read(article).one("form.comment-form", "a comment form")
    form.one("img.comment-author-img", "the picture of the user").has("src", picture)
    form.one("button", "a button to send the comment")

    visitor.post(f"{article}/comments", body="Forged.").asks_to_sign_in()

    page = visitor.read(article)
    page.none("form.comment-form", "a comment form")
    page.none(COMMENT, "a comment")
    site.comment(article, "Mine.")
    visitor.read(article).one(COMMENT, "the comment").has_text("Mine.")


def test_only_its_author_can_delete_a_comment(site: Site) -> None:
    """Only the author of a comment can delete it."""
    nora, oskar, visitor = site.register("nora"), site.register("oskar"), site.anonymous
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
    visitor.post(url).asks_to_sign_in()
    site.read(article).lists(COMMENT, "comments", ["Thank you all.", "I was there."])

    own.submit(DELETE_COMMENT).redirects_to(article)
    site.read(article).lists(COMMENT, "comments", ["Thank you all."])


def test_drafts_page_lists_only_your_drafts(site: Site) -> None:
    """The drafts page lists only the signed-in user's drafts."""
    nora, oskar = site.register("nora"), site.register("oskar")
    nora.publish("Fog", draft="y")
    oskar.publish("Chestnuts", draft="y")
    nora.publish("Noon")

    nora.read("/drafts").lists(CARD_TITLE, "drafts", ["Fog"])
    oskar.read("/drafts").lists(CARD_TITLE, "drafts", ["Chestnuts"])


def test_draft_of_another_user_returns_404(site: Site) -> None:
    """Opening another user's draft returns 404."""
    nora, oskar = site.register("nora"), site.register("oskar")
    draft = nora.publish("Fog", draft="y")

    for visitor in (oskar, site.anonymous):
        visitor.get(draft).rejected(404)
    for url in (editor_of(draft), f"{draft}/delete", f"{draft}/comments"):
        oskar.post(url, **FORGED).rejected(404)

    nora.read(draft).one("h1", "the title").has_text("Fog")
    nora.read(editor_of(draft))


def test_sample_articles_have_authors(site: Site) -> None:
    """Each sample article has an author with a profile page."""
    site.run("seed")

    cards = site.anonymous.read("/").some(".article-preview", "sample articles")

    for card in cards:
        author = card.one(".article-meta a.author", "the author")
        site.read(author.attribute("href") or "").one("h4", "the name").has_text(author.text())
        picture = card.one(".article-meta img", "the picture")
        site.get(picture.attribute("src") or "").succeeds()


def test_old_rows_get_an_author(site: Site) -> None:
    """The migration adds an author to old articles and comments."""
    nora = site.register("nora")
    article = nora.publish("Fog", body="It came at night.")
    nora.comment(article, "I was there.")
    site.read(article).one(".article-meta .author", "the author")
    site.migrate_back("author_id")

    site.run("migrate")

    page = site.anonymous.read(article)
    page.one("h1", "the title").has_text("Fog")
    page.one(".article-content p", "the text").has_text("It came at night.")
    author = page.one(".article-meta .author", "the author")
    author.has_text("anonymous")
    site.read(author.attribute("href") or "").one("h4", "the name").has_text("anonymous")
    card = page.card("I was there.")
    card.one("a[href='/profile/anonymous']", "a link to the author").has_text("anonymous")
    site.run("migrate", "--check")


def test_migration_without_old_rows_adds_no_user(site: Site) -> None:
    """The migration adds a user only if there are old rows."""
    site.publish("Fog")
    site.read("/").one(".article-meta .author", "the author")

    site.get("/profile/anonymous").rejected(404)


def test_more_articles_need_no_more_queries(site: Site) -> None:
    """A list with more authors doesn't need more queries."""
    for name in ("nora", "oskar"):
        site.register(name).publish("Fog")
    few = len(site.queries("/").statements)
    for name in ("petra", "jiri", "mara"):
        site.register(name).publish("Chestnuts")
    site.read("/")

    with site.most_queries(few, "/"):
        home = site.read("/")

    home.lists(".article-meta .author", "authors", ["mara", "jiri", "petra", "oskar", "nora"])


def test_more_comments_need_no_more_queries(site: Site) -> None:
    """A page with more commenters doesn't need more queries."""
    article = site.publish("Fog")
    for name in ("nora", "oskar"):
        site.register(name).comment(article, "First.")
    few = len(site.queries(article).statements)
    for name in ("petra", "jiri", "mara"):
        site.register(name).comment(article, "Later.")
    site.read(article)

    with site.most_queries(few, article):
        page = site.read(article)

    page.lists(COMMENT, "comments", ["First.", "First.", "Later.", "Later.", "Later."])
    page.some(".card:not(.comment-form) .comment-author-img", "pictures of the authors")


def test_admin_lists_articles_with_authors(site: Site) -> None:
    """The admin lists, searches and filters articles with authors."""
    site.register("nora").publish("Fog")
    site.register("oskar").publish("Chestnuts", draft="y")
    admin = site.superuser()

    page = admin.read(ADMIN)

    titles = page.texts(f"{ROWS} .field-title")
    authors = page.texts(f"{ROWS} .field-author")
    rows = [f"{title} by {author}" for title, author in zip(titles, authors, strict=False)]
    expected = page.failure("Chestnuts by oskar and Fog by nora", ", ".join(rows) or "no column author", ROWS)
    assert [row.partition("@")[0] for row in sorted(rows)] == ["Chestnuts by oskar", "Fog by nora"], expected
    admin.read(f"{ADMIN}?q=nora").lists(f"{ROWS} .field-title", 'articles for "nora"', ["Fog"])
    links = page.some("#changelist-filter a[href]", "a filter next to the list")
    urls = [urljoin(ADMIN, link.attribute("href") or "") for link in links]
    found = [admin.read(url).texts(f"{ROWS} .field-title") for url in urls]
    for title in ("Fog", "Chestnuts"):
        assert [title] in found, page.failure(f"a filter that shows only {title}", str(found), "#changelist-filter a")


def test_staff_can_publish_in_the_admin(site: Site) -> None:
    """The admin can publish articles and change them into drafts."""
    nora = site.register("nora")
    for title in ("Fog", "Noon", "Dusk"):
        nora.publish(title, draft="y")
    rain = nora.publish("Rain")
    before = nora.read(rain).one("time[datetime]", "the date").attribute("datetime")
    admin = site.superuser()

    published_in_the_admin(admin, "Fog", "Dusk", "Rain").redirects_to(ADMIN)

    site.read("/").lists(CARD_TITLE, "articles", ["Fog", "Dusk", "Rain"], in_any_order=True)
    nora.read("/drafts").lists(CARD_TITLE, "drafts", ["Noon"])
    after = nora.read(rain).one("time[datetime]", "the date").attribute("datetime")
    assert after == before, f"Expected Rain to keep its date {before}, because it wasn't a draft. Found {after}."
    page = admin.read(ADMIN)
    box = page.some(f"{ROWS} input[name=_selected_action]", "checkboxes")
    action = action_called(page, "Change the selected articles back into drafts")
    sent = [each.attribute("value") or "" for each in box]
    admin.post(ADMIN, action=action, _selected_action=sent).redirects_to(ADMIN)
    site.read("/").none(CARD_TITLE, "an article")


def test_permissions_limit_staff_in_the_admin(site: Site) -> None:
    """Only staff who may change articles can publish them."""
    site.run("seed")
    admin, petra, nora = site.superuser(), site.register("petra"), site.register("nora")
    draft = nora.publish("Fog", draft="y")
    petra.get(ADMIN).redirects_to_a_page_under("/admin/login/")

    make_staff(admin, petra, user_permissions="Can view article")
    page = petra.read(ADMIN)
    assert "Fog" in page.texts(f"{ROWS} .field-title"), page.failure("the draft in the list", "none", ROWS)
    actions = page.texts("select[name=action] option")
    assert not [text for text in actions if text.startswith("Publish")], page.failure("no action", ", ".join(actions))
    box = admin.read(f"{ADMIN}?q=Fog").one("input[name=_selected_action]", "a checkbox").attribute("value") or ""
    petra.post(ADMIN, action=action_called(admin.read(ADMIN), "Publish"), _selected_action=box)
    site.get(draft).rejected(404)

    make_staff(admin, petra, groups="Editors")
    published_in_the_admin(petra, "Fog").redirects_to(ADMIN)
    site.read(draft).one("h1", "the title").has_text("Fog")


def test_author_of_an_article_from_the_admin(site: Site) -> None:
    """The author of an article from the admin is who added it."""
    admin = site.superuser()
    fields = {"title": "Notice", "description": "In short.", "body": "The site moves tonight."}

    admin.read(f"{ADMIN}add/").submit("#article_form", **fields).redirects_to(ADMIN)

    drafts = admin.read("/drafts")
    page = drafts if "Notice" in drafts.texts(CARD_TITLE) else admin.read("/")
    page.card("Notice").one(".article-meta .author", "the author").has_text(admin.name)
    nora = site.register("nora")
    article = nora.publish("Fog")
    link = admin.read(f"{ADMIN}?q=Fog").one("#result_list tbody th a", "the article").attribute("href") or ""
    admin.read(link).submit("#article_form", title="Thick fog").redirects_to_a_page_under(ADMIN)
    page = site.read(article)
    page.one("h1", "the title").has_text("Thick fog")
    page.one(".article-meta .author", "the author").has_text("nora")


def test_real_user_never_gets_old_rows(site: Site) -> None:
    """A real user never becomes the author of the old articles."""
    real, nora = site.register("anonymous"), site.register("nora")
    article = nora.publish("Fog")
    site.read(article).one(".article-meta .author", "the author")
    site.migrate_back("author_id")

    site.run("migrate")

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
        site.migrate_back("author_id")
        site.run("migrate")

        site.read(article).one(".article-meta .author", "the author").has_text("anonymous")
