"""Articles and comments belong to someone, and only they may change them."""

from urllib.parse import quote

from tests.support import Answer, Site, Thing, equal, has_fields

NEW = {"title": "Chestnuts", "description": "In short.", "body": "At length."}


def comments_of(article: Thing) -> str:
    """The address of an article's comments."""
    return f"/api/articles/{article['slug']}/comments"


def address_of(article: Thing) -> str:
    """The address of an article."""
    return f"/api/articles/{article['slug']}"


def send_broken(client: Site, method: str, address: str) -> Answer:
    """What the site answers to JSON that breaks off in the middle."""
    return client.ask(method, address, {"Content-Type": "application/json"}, content=b'{"article": {"title": "For')


def test_an_article_tells_its_author(site: Site) -> None:
    """Wherever an article stands, alone or in a list, it tells who wrote it, with a profile."""
    nora = site.register("nora")
    nora.put("/api/user", user={"bio": "Walks.", "image": "https://example.org/n.png"}).gives("user")
    chestnuts = site.register("oskar").publish("Chestnuts")
    article = nora.publish("A walk in the fog")

    read = site.anonymous.get(address_of(article)).gives("article")
    changed = nora.put(address_of(article), article={"body": "Longer."}).gives("article")
    listed = site.anonymous.listed(article)
    for author in (article["author"], read["author"], changed["author"], listed["author"]):
        has_fields(author, username="nora", bio="Walks.", image="https://example.org/n.png")
        private = ", ".join({"email", "password", "token"} & set(author))
        assert not private, f"Expected no private key in {author.path} from {author.answer.name}. Found {private}."
    has_fields(site.anonymous.listed(chestnuts)["author"], username="oskar")


def test_a_comment_tells_its_author(site: Site) -> None:
    """Each comment tells who wrote it, whoever wrote the article, and with the name that they have now."""
    article = site.publish("A walk in the fog")
    oskar = site.register("oskar")
    petra = site.register("petra")

    comment = oskar.comment(article, "I was there.")
    petra.comment(article, "So was I.")
    has_fields(comment["author"], username="oskar")
    oskar.put("/api/user", user={"username": "Oskar & Co", "bio": "Bakes."}).gives("user")

    comments = site.anonymous.get(comments_of(article)).gives("comments")
    names = [one["author"]["username"] for one in comments]
    equal(names, ["Oskar & Co", "petra"], "the authors of the comments", comments[0].answer if comments else None)
    has_fields(comments[0]["author"], bio="Bakes.")
    site.get(f"/api/profiles/{quote('Oskar & Co', safe='')}").has("profile", value=comments[0]["author"])


def test_publishing_needs_an_account(site: Site) -> None:
    """Whoever has a token publishes, under their own name; without one the answer is 401, whatever was sent."""
    stranger = site.anonymous
    site.register("nora")

    stranger.post("/api/articles", article=NEW).refused(401, token="is missing")
    stranger.post("/api/articles", article={"title": ""}).refused(401, token="is missing")
    send_broken(stranger, "POST", "/api/articles").refused(401, token="is missing")
    Site(site.server, "forged").post("/api/articles", article=NEW).refused(401, token="is invalid")

    site.lists()
    claims = {"author": {"username": "nora"}, "authorId": 2, "author_id": 2}
    has_fields(site.publish("Chestnuts", **claims)["author"], username=site.name)
    stranger.lists("Chestnuts")


def test_only_the_author_changes_an_article(site: Site) -> None:
    """The author changes it as before; someone else gets 403, a stranger 401, and the article stays as it was."""
    nora, oskar, stranger = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("A walk in the fog")

    for forged in ({"title": "Forged"}, {"title": ""}, {"author": {"username": "oskar"}}):
        oskar.put(address_of(article), article=forged).refused(403, article="forbidden")
        stranger.put(address_of(article), article=forged).refused(401, token="is missing")
    send_broken(oskar, "PUT", address_of(article)).refused(403, article="forbidden")
    send_broken(stranger, "PUT", address_of(article)).refused(401, token="is missing")
    stranger.get(address_of(article)).has("article", value=article)

    changed = nora.put(address_of(article), article={"title": "A walk at noon"}).gives("article")
    has_fields(changed, title="A walk at noon")
    has_fields(changed["author"], username="nora")


def test_only_the_author_deletes_an_article(site: Site) -> None:
    """The author deletes it; someone else gets 403, a stranger 401, and the article stays."""
    nora, oskar, stranger = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("A walk in the fog")

    oskar.delete(address_of(article)).refused(403, article="forbidden")
    stranger.delete(address_of(article)).refused(401, token="is missing")
    stranger.get(address_of(article)).gives("article")

    nora.delete(address_of(article)).has_nothing_to_say()
    stranger.get(address_of(article)).refused(404, article="not found")


def test_whether_an_article_is_there_is_for_people_with_an_account(site: Site) -> None:
    """Changing or deleting what is not there is 401 for strangers, and 404 for everyone else."""
    stranger = site.anonymous
    nowhere = "/api/articles/no-such-article"

    for change in ({"title": "New"}, {"title": ""}):
        stranger.put(nowhere, article=change).refused(401, token="is missing")
        site.put(nowhere, article=change).refused(404, article="not found")
    for address in (nowhere, f"{nowhere}/comments/1"):
        stranger.delete(address).refused(401, token="is missing")
        site.delete(address).refused(404, article="not found")
    stranger.post(f"{nowhere}/comments", comment={"body": "Hello?"}).refused(401, token="is missing")


def test_commenting_needs_an_account(site: Site) -> None:
    """Whoever has a token comments; without one the answer is 401, and nothing is written. All may read."""
    article = site.publish("A walk in the fog")
    stranger = site.anonymous

    stranger.post(comments_of(article), comment={"body": "Forged."}).refused(401, token="is missing")
    stranger.post(comments_of(article), comment={"body": ""}).refused(401, token="is missing")
    send_broken(stranger, "POST", comments_of(article)).refused(401, token="is missing")

    stranger.get(comments_of(article)).has("comments", value=[])
    site.register("nora")
    mine = site.post(comments_of(article), comment={"body": "Mine.", "author": {"username": "nora"}, "authorId": 2})
    mine.has("comment", "author", "username", value=site.name, status=201)


def test_only_the_author_takes_a_comment_down(site: Site) -> None:
    """Their own comment is the only one that people can take down, under their own article too."""
    nora, oskar, stranger = site.register("nora"), site.register("oskar"), site.anonymous
    article = nora.publish("A walk in the fog")
    nora.comment(article, "Thank you all.")
    address = f"{comments_of(article)}/{oskar.comment(article, 'I was there.')['id']}"

    nora.delete(address).refused(403, comment="forbidden")
    stranger.delete(address).refused(401, token="is missing")
    site.has_comments(article, "Thank you all.", "I was there.")

    oskar.delete(address).has_nothing_to_say()
    oskar.delete(address).refused(404, comment="not found")
    site.has_comments(article, "Thank you all.")


def test_the_sample_articles_have_authors(site: Site) -> None:
    """A new database begins with articles by people whose profiles are there, and who are nobody's old account."""
    nora = site.register("nora")
    nora.publish("Gone")

    site.start_anew()

    articles = site.anonymous.get("/api/articles").gives("articles")
    assert articles, "Expected articles in a new database. Found none."
    for article in articles:
        author = article["author"]
        site.anonymous.get(f"/api/profiles/{author['username']}").has("profile", value=author)
        guess = {"email": f"{author['username']}@example.org", "password": "password"}
        site.anonymous.post("/api/users/login", user=guess).refused(401, credentials="invalid")
    for client in (site, nora):
        client.get("/api/user").refused(401, token="is invalid")


def test_the_docs_tell_what_needs_an_account(site: Site) -> None:
    """The docs page marks every operation that needs a token, and tells of 401 and 403; reading stays unmarked."""
    protected = [
        site.documented("POST", "/api/articles", 201, 401, 422),
        site.documented("PUT", "/api/articles/{}", 200, 401, 403, 404, 422),
        site.documented("DELETE", "/api/articles/{}", 204, 401, 403, 404),
        site.documented("POST", "/api/articles/{}/comments", 201, 401, 404, 422),
        site.documented("DELETE", "/api/articles/{}/comments/{}", 204, 401, 403, 404),
    ]

    for operation in protected:
        assert operation.get("security"), (
            f"Expected a required token for {operation['summary']} on the docs page. Found none."
        )
