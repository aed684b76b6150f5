"""Articles and comments have an author, and only the author can change them."""

from tests.support.api import Site, comments_of, equal, profile_of, url_of

FOG = {"title": "Fog", "description": "In short.", "body": "At length."}
PICTURE = "https://example.org/n.png"


def downgrade_to_before_authors(site: Site) -> None:
    """Undo migrations until articles have no author."""
    for _ in range(20):
        site.run("alembic", "downgrade", "-1")
        if "article.author_id" in site.server.run("check-db").output:
            return
    raise AssertionError("Expected a migration that adds the column article.author_id. Found none.")


def test_article_has_an_author(site: Site) -> None:
    """An article contains the profile of its author."""
    nora = site.register("nora")
    nora.put("/api/user", user={"bio": "Walks.", "image": PICTURE}).gives("user")

    article = nora.publish("Fog")

    for author in (article["author"], site.anonymous.read(article)["author"]):
        author.has(username="nora", bio="Walks.", image=PICTURE)
        author.lacks("email", "token", "password", "passwordHash")


def test_list_shows_the_authors(site: Site) -> None:
    """The list of articles shows the author of each article."""
    nora, jiri = site.register("nora"), site.register("jiri")
    nora.put("/api/user", user={"image": PICTURE}).gives("user")
    fog, chestnuts = nora.publish("Fog"), jiri.publish("Chestnuts")
    jiri.put("/api/user", user={"username": "Jiří & Co?"}).gives("user")

    site.anonymous.listed(fog)["author"].has(username="nora", image=PICTURE)
    author = site.anonymous.listed(chestnuts)["author"]

    author.has(username="Jiří & Co?", image=None)
    site.get(profile_of("Jiří & Co?")).gives("profile").has(username=author["username"], bio=author["bio"])


def test_client_without_a_token_cannot_publish(site: Site) -> None:
    """Publishing without a token is rejected with 401."""
    visitor = site.anonymous
    site.register("nora")

    visitor.post("/api/articles", article=FOG).rejected(401, token="is missing")
    visitor.post("/api/articles", article={"title": ""}).rejected(401, token="is missing")
    site.with_token("forged").post("/api/articles", article=FOG).rejected(401, token="is invalid")

    visitor.lists()
    claims = {"author": {"username": "nora"}, "authorId": 2, "author_id": 2}
    site.publish("Mine", **claims)["author"].has(username="someone")


def test_only_the_author_can_edit(site: Site) -> None:
    """Only the author can edit an article. Other users get 403."""
    nora, oskar, visitor = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("Fog")

    oskar.edit(article, title="Forged").rejected(403, article="forbidden")
    visitor.edit(article, title="Forged").rejected(401, token="is missing")

    equal(visitor.read(article), article)
    edited = nora.edit(article, title="Noon").gives("article")
    edited.has(title="Noon")
    edited["author"].has(username="nora")


def test_only_the_author_can_delete(site: Site) -> None:
    """Only the author can delete an article. Other users get 403."""
    nora, oskar, visitor = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("Fog")

    oskar.delete(url_of(article)).rejected(403, article="forbidden")
    visitor.delete(url_of(article)).rejected(401, token="is missing")

    visitor.read(article)
    nora.delete(url_of(article)).is_empty()
    visitor.get(url_of(article)).rejected(404, article="not found")


def test_token_is_checked_first(site: Site) -> None:
    """Without a token, nobody learns if an article exists."""
    visitor, missing = site.anonymous, "/api/articles/no-such-article"

    for client, status, messages in ((visitor, 401, {"token": "is missing"}), (site, 404, {"article": "not found"})):
        client.put(missing, article={"title": "New"}).rejected(status, **messages)
        client.delete(missing).rejected(status, **messages)
        client.post(f"{missing}/comments", comment={"body": "Hello?"}).rejected(status, **messages)
        client.delete(f"{missing}/comments/1").rejected(status, **messages)


def test_comment_has_an_author(site: Site) -> None:
    """A comment contains the profile of its author."""
    article, nora, oskar = site.publish("Fog"), site.register("nora"), site.register("oskar")
    oskar.put("/api/user", user={"bio": "Bakes.", "image": PICTURE}).gives("user")

    comment = oskar.comment(article, "I was there.")
    nora.comment(article, "So was I.")

    comment["author"].has(username="oskar", bio="Bakes.", image=PICTURE)
    comment["author"].lacks("email", "token", "password", "passwordHash")
    comments = site.anonymous.get(comments_of(article)).gives("comments")
    equal(comments[0], comment)
    comments[1].has(body="So was I.")
    comments[1]["author"].has(username="nora", bio=None, image=None)


def test_client_without_a_token_cannot_comment(site: Site) -> None:
    """Commenting without a token is rejected with 401."""
    article, visitor = site.publish("Fog"), site.anonymous

    visitor.post(comments_of(article), comment={"body": "Forged."}).rejected(401, token="is missing")
    visitor.post(comments_of(article), comment={"body": ""}).rejected(401, token="is missing")

    visitor.has_comments(article)
    site.comment(article, "Mine.")["author"].has(username="someone")
    visitor.has_comments(article, "Mine.")


def test_only_its_author_can_delete_a_comment(site: Site) -> None:
    """Only the author of a comment can delete it."""
    nora, oskar, visitor = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("Fog")
    nora.comment(article, "Thank you all.")
    comment = f"{comments_of(article)}/{oskar.comment(article, 'I was there.')['id']}"

    nora.delete(comment).rejected(403, comment="forbidden")
    visitor.delete(comment).rejected(401, token="is missing")
    visitor.has_comments(article, "Thank you all.", "I was there.")

    oskar.delete(comment).is_empty()
    visitor.has_comments(article, "Thank you all.")


def test_drafts_are_listed_for_their_author_only(site: Site) -> None:
    """The list of drafts has only the user's own drafts."""
    nora, oskar = site.register("nora"), site.register("oskar")
    nora.publish("Fog", draft=True)
    oskar.publish("Chestnuts", draft=True)
    nora.publish("Noon")

    nora.lists("Fog", url="/api/drafts")
    oskar.lists("Chestnuts", url="/api/drafts")
    site.lists(url="/api/drafts")
    site.anonymous.get("/api/drafts").rejected(401, token="is missing")


def test_draft_of_another_user_returns_404(site: Site) -> None:
    """Another user's draft returns 404."""
    nora, oskar = site.register("nora"), site.register("oskar")
    draft = nora.publish("Fog", draft=True)

    for client in (oskar, site.anonymous):
        client.get(url_of(draft)).rejected(404, article="not found")
        client.get(comments_of(draft)).rejected(404, article="not found")
    oskar.edit(draft, title="Forged").rejected(404, article="not found")
    oskar.delete(url_of(draft)).rejected(404, article="not found")
    oskar.post(comments_of(draft), comment={"body": "Hello?"}).rejected(404, article="not found")

    nora.read(draft).has(title="Fog", draft=True)
    nora.edit(draft, title="Noon").gives("article").has(title="Noon")


def test_sample_articles_have_authors(site: Site) -> None:
    """Each sample article has an author with a profile."""
    site.run("init-db")

    articles = site.anonymous.get("/api/articles").gives("articles")

    assert articles, "Expected sample articles from GET /api/articles. Found none."
    for article in articles:
        author = article["author"]
        site.anonymous.get(profile_of(author["username"])).gives("profile").has(**author)
        if (author["image"] or "").startswith("/"):
            site.get(author["image"]).succeeds()


def test_docs_page_shows_who_needs_a_token(site: Site) -> None:
    """The docs page describes authors, and shows new padlocks."""
    site.documented("GET", "/api/articles/{}", 200, "author", "username", "image")
    site.documented("GET", "/api/articles/{}/comments", 200, "author", "username", "image")

    for method, url, status in (
        ("POST", "/api/articles", 201),
        ("PUT", "/api/articles/{}", 200),
        ("DELETE", "/api/articles/{}", 204),
        ("POST", "/api/articles/{}/comments", 201),
        ("DELETE", "/api/articles/{}/comments/{}", 204),
        ("GET", "/api/drafts", 200),
    ):
        site.requires_token(method, url, status)


def test_old_rows_get_an_author(site: Site) -> None:
    """The migration adds an author to old articles and comments."""
    nora = site.register("nora")
    article = nora.publish("Fog", body="It came at night.")
    article["author"].has(username="nora")
    nora.comment(article, "I was there.")
    downgrade_to_before_authors(site)

    site.run("alembic", "upgrade", "head")

    old = site.anonymous.read(article)
    old.has(title="Fog", body="It came at night.")
    old["author"].has(username="anonymous")
    site.get(profile_of("anonymous")).gives("profile").has(username="anonymous")
    comment = site.anonymous.get(comments_of(article)).gives("comments")[0]
    comment.has(body="I was there.")
    comment["author"].has(username="anonymous")
    finished = site.server.run("check-db")
    assert finished.code == 0, f"Expected all tables and columns after the upgrade. Found: {finished.output}"


def test_migration_without_old_rows_adds_no_user(site: Site) -> None:
    """The migration adds a user only if there are old rows."""
    site.publish("Fog")["author"].has(username="someone")

    site.get(profile_of("anonymous")).rejected(404, profile="not found")


def test_more_articles_need_no_more_queries(site: Site) -> None:
    """A list with more authors doesn't need more queries."""
    for name in ("nora", "oskar"):
        site.register(name).publish("Fog")
    few = len(site.queries("/api/articles").statements)
    for name in ("petra", "jiri", "mara"):
        site.register(name).publish("Chestnuts")
    site.get("/api/articles")

    with site.most_queries(few, "/api/articles"):
        articles = site.get("/api/articles").gives("articles")

    authors = [article["author"]["username"] for article in articles]
    equal(authors, ["mara", "jiri", "petra", "oskar", "nora"], "the authors in /api/articles")


def test_more_comments_need_no_more_queries(site: Site) -> None:
    """A list of comments by more users doesn't need more queries."""
    article = site.publish("Fog")
    url = comments_of(article)
    for name in ("nora", "oskar"):
        site.register(name).comment(article, "First.")
    few = len(site.queries(url).statements)
    for name in ("petra", "jiri", "mara"):
        site.register(name).comment(article, "Later.")
    site.get(url)

    with site.most_queries(few, url):
        comments = site.get(url).gives("comments")

    authors = [comment["author"]["username"] for comment in comments]
    equal(authors, ["nora", "oskar", "petra", "jiri", "mara"], f"the authors in {url}")


def test_real_user_never_gets_old_rows(site: Site) -> None:
    """A real user never becomes the author of the old articles."""
    real, nora = site.register("anonymous"), site.register("nora")
    article = nora.publish("Fog")
    article["author"].has(username="nora")
    downgrade_to_before_authors(site)

    site.run("alembic", "upgrade", "head")

    author = site.read(article)["author"]["username"]
    assert author != "anonymous", "Expected another author than the real user. Found the real user anonymous."
    real.delete(url_of(article)).rejected(403, article="forbidden")
    nora.delete(url_of(article)).rejected(403, article="forbidden")


def test_migration_can_run_again(site: Site) -> None:
    """The migration can run again after a downgrade."""
    article = site.publish("Fog")
    article["author"].has(username="someone")

    for _ in range(2):
        downgrade_to_before_authors(site)
        site.run("alembic", "upgrade", "head")

        site.read(article)["author"].has(username="anonymous")
