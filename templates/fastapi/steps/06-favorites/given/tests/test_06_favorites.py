"""Readers mark articles, everyone sees how many did, and no list asks the database for each of its articles."""

from tests.support import Server, Site, Thing, equal, has_fields


def address_of(article: Thing) -> str:
    """The address of an article."""
    return f"/api/articles/{article['slug']}"


def mark(client: Site, article: Thing) -> Thing:
    """Mark an article; what the site answers about it."""
    marked: Thing = client.post(f"{address_of(article)}/favorite").gives("article")
    return marked


def has_state(client: Site, article: Thing, favorited: bool, count: int) -> None:
    """The article says whether the client has marked it, and how many have, both alone and in the list."""
    alone = client.get(address_of(article)).gives("article")
    for found in (alone, client.listed(article)):
        has_fields(found, favorited=favorited, favoritesCount=count)


def test_a_new_article_is_marked_by_nobody(site: Site) -> None:
    """An article tells from its first day whether one has marked it, and how many have: nobody, at first."""
    moss = site.publish("Moss")

    has_fields(moss, favorited=False, favoritesCount=0)
    has_state(site, moss, False, 0)


def test_marking_is_answered_with_the_article(site: Site) -> None:
    """Marking and taking the mark back are answered with the article, one's own or another's, and its new count."""
    for moss in (site.publish("Moss"), site.register("nora").publish("Lichen")):
        marked = mark(site, moss)
        has_fields(marked, favorited=True, favoritesCount=1)
        site.get(address_of(moss)).has("article", value=marked)
        has_state(site, moss, True, 1)

        back = site.delete(f"{address_of(moss)}/favorite").gives("article")
        has_fields(back, favorited=False, favoritesCount=0, body=moss["body"])
        has_state(site, moss, False, 0)


def test_the_count_is_everyones_and_the_mark_ones_own(site: Site) -> None:
    """Each reader's mark counts once for all; whether an article is marked depends on who asks."""
    moss, fern = site.publish("Moss"), site.publish("Fern")
    nora, oskar = site.register("nora"), site.register("oskar")

    mark(nora, moss)
    has_fields(mark(oskar, moss), favoritesCount=2)
    mark(nora, fern)

    for reader in (nora, oskar):
        has_state(reader, moss, True, 2)
    for reader in (site, site.anonymous):
        has_state(reader, moss, False, 2)
    has_state(nora, fern, True, 1)
    has_state(oskar, fern, False, 1)
    changed = site.put(address_of(moss), article={"body": "Longer."}).gives("article")
    has_fields(changed, favorited=False, favoritesCount=2)
    nora.delete(f"{address_of(moss)}/favorite").gives("article")
    has_state(nora, moss, False, 1)
    has_state(oskar, moss, True, 1)


def test_marking_needs_an_account(site: Site) -> None:
    """Without a token, marking and taking back are 401, whatever it is; reading their address changes nothing."""
    moss = site.publish("Moss")
    mark(site, moss)

    for address in (f"{address_of(moss)}/favorite", "/api/articles/no-such-article/favorite"):
        site.anonymous.post(address).refused(401, token="is missing")
        site.anonymous.delete(address).refused(401, token="is missing")
        read = site.get(address)
        assert read.status in (404, 405), f"Expected status 404 or 405 from {read.name}. Found {read.status}."

    has_state(site, moss, True, 1)


def test_marking_twice_is_marking_once(site: Site, second_server: Server) -> None:
    """Two marks, even at the same moment, count as one; taking back what is not there changes nothing."""
    moss = site.publish("Moss")
    same_client = Site(second_server, site.token)

    with site.just_before_saving(lambda: mark(same_client, moss)):
        has_fields(mark(site, moss), favoritesCount=1)
    has_fields(mark(site, moss), favoritesCount=1)
    has_state(site, moss, True, 1)

    for _ in range(2):
        site.delete(f"{address_of(moss)}/favorite").has("article", "favoritesCount", value=0)
    has_state(site, moss, False, 0)


def test_what_is_not_there_cannot_be_marked(site: Site) -> None:
    """An article that is there can be marked; a missing one is 404."""
    mark(site, site.publish("Moss"))

    site.post("/api/articles/no-such-article/favorite").refused(404, article="not found")
    site.delete("/api/articles/no-such-article/favorite").refused(404, article="not found")


def test_the_favorites_of_somebody(site: Site) -> None:
    """The list of somebody's favorites has what they marked, the newest article first, whoever wrote it and asks."""
    zoe, oskar = site.register("Zoë & Co"), site.register("oskar")
    moss = zoe.publish("Moss", tagList=["green"])
    lichen = oskar.publish("Lichen")
    fern = oskar.publish("Fern", tagList=["green"])
    for article in (fern, moss, lichen):
        mark(zoe, article)
    mark(oskar, fern)

    site.lists("Fern", "Lichen", "Moss", favorited="Zoë & Co")

    site.anonymous.get("/api/articles", favorited="Zoë & Co").has("articlesCount", value=3)
    site.lists("Fern", favorited="oskar")
    site.lists("Fern", "Moss", favorited="Zoë & Co", tag="green")
    site.lists("Fern", "Lichen", favorited="Zoë & Co", author="oskar")
    site.lists(favorited="oskar", author="Zoë & Co")
    for unknown in ("nobody", "Zoë", ""):
        site.lists(favorited=unknown)


def test_an_article_that_is_marked_can_be_deleted(site: Site) -> None:
    """Deleting an article takes its marks along; a new one at the same address begins with none."""
    moss = site.publish("Moss")
    mark(site, moss)
    mark(site.register("nora"), moss)

    site.delete(address_of(moss)).has_nothing_to_say()

    again = site.publish("Moss")
    has_fields(again, slug=moss["slug"])
    has_state(site, again, False, 0)
    site.lists(favorited="nora")


def test_more_articles_are_no_more_questions(site: Site) -> None:
    """A list of eight articles asks the database as often as a list of four, whoever wrote and marked them."""
    nora, oskar = site.register("nora"), site.register("oskar")
    lists = ["", "?tag=green", "?author=nora", "?favorited=oskar"]

    def grow(*numbers: int) -> list[int]:
        for number in numbers:
            for writer in (nora, site.register(f"writer{number}")):
                article = writer.publish(f"{writer.name} on {number}", tagList=["green", f"tag{number}"])
                mark(oskar, article)
                mark(site, article)
        return [oskar.questions(f"/api/articles{query}") for query in lists]

    few = grow(1, 2)
    counts = [one["favoritesCount"] for one in oskar.get("/api/articles").gives("articles")]
    equal(counts, [2] * 4, "favoritesCount of the articles on /api/articles")
    many = grow(3, 4)

    count = len(oskar.titles())
    assert count == 8, f"Expected 8 articles from GET /api/articles. Found {count}."
    for query, before, after in zip(lists, few, many, strict=True):
        message = (
            f"Expected at most {before} queries for twice as many articles on /api/articles{query}. Found {after}."
        )
        assert after <= before, message


def test_more_marks_are_no_more_work(site: Site) -> None:
    """An article that eight have marked is fetched with as few rows as one that two have marked."""
    moss = site.publish("Moss")
    readers = [site.register(f"reader{number}") for number in range(8)]

    def marked_by(*some: Site) -> dict[str, int]:
        for reader in some:
            mark(reader, moss)
        return {address: site.rows(address) for address in ("/api/articles", address_of(moss))}

    few, many = marked_by(*readers[:2]), marked_by(*readers[2:])

    has_state(site, moss, False, 8)
    for address, rows in many.items():
        message = f"Expected at most {few[address]} rows for 8 favorites on {address}, as for 2. Found {rows}."
        assert rows <= few[address], message


def test_the_docs_describe_the_favorites(site: Site) -> None:
    """The docs page tells of marking, and of the query for somebody's favorites."""
    for method in ("POST", "DELETE"):
        operation = site.documented(method, "/api/articles/{}/favorite", 200, 401, 404)
        assert operation.get("security"), (
            f"Expected a required token for {operation['summary']} on the docs page. Found none."
        )
    site.documented("GET", "/api/articles", 200, 401, query="favorited author tag")
