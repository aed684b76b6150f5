"""Articles and comments belong to someone, and only they may change them."""

from tests.support import Site

CARD_TITLE = ".article-preview a.preview-link h1"
COMMENT = ".card:not(.comment-form) .card-block p"


def with_picture(person: Site) -> str:
    """Give somebody a picture of their own, and return its address."""
    picture = f"https://example.org/{person.name[0]}.png"
    person.read("/settings").submit("form:has(textarea[name=bio])", image=picture)
    return picture


def test_a_card_names_its_author(site: Site) -> None:
    """On the home page, each card shows picture and name of who wrote the article; the name leads to them."""
    nora, jiri = site.register("nora"), site.register("Jiří & Co?")
    pictures = {"A walk in the fog": with_picture(nora), "Chestnuts": with_picture(jiri)}
    nora.publish("A walk in the fog")
    jiri.publish("Chestnuts")

    home = site.anonymous.read("/")

    home.card("A walk in the fog").one(".article-meta .author", "the author").says("nora")
    link = home.card("Chestnuts").one(".article-meta a.author", "the author")
    link.says("Jiří & Co?")
    site.read(link.attribute("href") or "").one("h4", "the name").says("Jiří & Co?")
    for title, picture in pictures.items():
        home.card(title).one(".article-meta img", "the author's picture").has("src", picture)


def test_an_article_names_its_author(site: Site) -> None:
    """An article's page tells who wrote it, with the name and the picture that they have now."""
    nora = site.register("nora")
    article = nora.publish("A walk in the fog")
    picture = "https://example.org/nora.png?a=1&b='2'\" onerror=\"alert(1)"

    settings = {"username": "Nora N.", "image": picture, "bio": "Walks."}
    nora.read("/settings").submit("form:has(textarea[name=bio])", **settings).redirects_to("/profile/Nora N.")

    page = site.anonymous.read(article)
    author = page.one(".article-page .article-meta a.author", "the author")
    author.says("Nora N.")
    author.has("href", "/profile/Nora%20N.")
    page.one(".article-meta img", "the author's picture").has("src", picture)
    page.none("[onerror]", "code that can run")


def test_publishing_needs_an_account(site: Site) -> None:
    """Whoever is signed in finds the editor in the bar and publishes; others are sent to sign in."""
    stranger = site.anonymous
    stranger.read("/login")
    site.read("/").one("nav.navbar a[href='/editor']", "a link to the editor").says("New Article")
    site.publish("A walk in the fog")
    fields = {"title": "Forged", "description": "By nobody.", "body": "Nothing."}

    stranger.get("/editor").asks_to_sign_in()
    stranger.send("/editor", **fields).asks_to_sign_in()

    home = stranger.read("/")
    home.lists(CARD_TITLE, "articles", ["A walk in the fog"])
    home.none("nav.navbar a[href='/editor']", "a link to the editor")


def test_only_the_author_sees_the_buttons(site: Site) -> None:
    """Edit Article and Delete Article stand on the page for the author, and for nobody else."""
    nora, oskar = site.register("nora"), site.register("oskar")
    article = nora.publish("A walk in the fog")

    own = nora.read(article)
    own.one(f"a[href='{article.replace('/article/', '/editor/')}']", "a link").says("Edit Article")
    own.one(f"form[action='{article}/delete'] button", "a button").says("Delete Article")
    for visitor in (oskar, site.anonymous):
        page = visitor.read(article)
        page.none(f"a[href='{article.replace('/article/', '/editor/')}']", "a link to the editor")
        page.none(f"form[action='{article}/delete']", "a button that deletes")


def test_only_the_author_changes_an_article(site: Site) -> None:
    """The author edits as before; someone else gets 403, a stranger is sent to sign in, nothing changes."""
    nora, oskar, stranger = site.register("nora"), site.register("oskar"), site.anonymous
    stranger.read("/login")
    article = nora.publish("A walk in the fog")
    editor = article.replace("/article/", "/editor/")
    forged = {"title": "Forged", "description": "By somebody.", "body": "Nothing."}

    oskar.get(editor).refused(403).one("nav.navbar a.navbar-brand", "a link to the home page")
    oskar.send(editor, **forged).refused(403)
    stranger.get(editor).asks_to_sign_in()
    stranger.send(editor, **forged).asks_to_sign_in()
    stranger.get("/editor/not-there").asks_to_sign_in()
    nora.read(article).one("h1", "the title").says("A walk in the fog")

    nora.edit(article, title="A walk at noon").redirects_to(article)
    page = oskar.read(article)
    page.one("h1", "the title").says("A walk at noon")
    page.one(".article-meta .author", "the author").says("nora")


def test_only_the_author_deletes_an_article(site: Site) -> None:
    """The author deletes; someone else gets 403, a stranger is sent to sign in, and the article stays."""
    nora, oskar, stranger = site.register("nora"), site.register("oskar"), site.anonymous
    stranger.read("/login")
    article = nora.publish("A walk in the fog")

    oskar.send(f"{article}/delete").refused(403)
    stranger.send(f"{article}/delete").asks_to_sign_in()
    nora.get(f"{article}/delete")
    site.read(article)

    nora.delete(article).redirects_to("/")
    site.get(article).refused(404)


def test_a_comment_names_its_author(site: Site) -> None:
    """Each comment shows picture and name of who wrote it, whoever wrote the article."""
    article = site.publish("A walk in the fog")
    oskar, nora = site.register("oskar"), site.register("nora")
    picture = with_picture(oskar)

    oskar.comment(article, "I was there.")
    nora.comment(article, "So was I.")
    name = {"username": "Oskar & Co?"}
    oskar.read("/settings").submit("form:has(textarea[name=bio])", **name).redirects_to("/profile/Oskar & Co?")

    page = site.anonymous.read(article)
    page.card("So was I.").one("a[href='/profile/nora']", "a link to the author").says("nora")
    card = page.card("I was there.")
    link = card.one("a[href^='/profile/']", "a link to the author's new profile")
    link.says("Oskar & Co?")
    site.read(link.attribute("href") or "").one("h4", "the name").says("Oskar & Co?")
    card.one("img.comment-author-img", "the author's picture").has("src", picture)
    card.one(".card-block p", "the text").says("I was there.")
    image = page.card("So was I.").one("img.comment-author-img", "the author's picture")
    image.has_in("src", "default-avatar.svg")


def test_commenting_needs_an_account(site: Site) -> None:
    """Whoever is signed in finds the form, with their picture in it; a stranger has none and is sent away."""
    article = site.publish("A walk in the fog")
    stranger = site.anonymous
    stranger.read("/login")
    form, picture = (
        site.read(article).one("form.comment-form", "a form to write a comment"),
        with_picture(site),
    )
    form.one("textarea[placeholder='Write a comment...']", "a text area")
    form.one("button[type=submit]", "a button").says("Post Comment")
    image = site.read(article).one("form.comment-form img.comment-author-img", "the visitor's picture")
    image.has("src", picture)

    stranger.send(f"{article}/comments", body="Forged.").asks_to_sign_in()

    page = stranger.read(article)
    page.none("form.comment-form", "a form to write a comment")
    page.none(COMMENT, "a comment")
    site.comment(article, "Mine.")
    stranger.read(article).one(COMMENT, "the comment").says("Mine.")


def test_only_the_author_takes_a_comment_down(site: Site) -> None:
    """Their own comment is the only one that people can take down, on their own article too."""
    nora, oskar, stranger = site.register("nora"), site.register("oskar"), site.anonymous
    stranger.read("/login")
    article = nora.publish("A walk in the fog")
    nora.comment(article, "Thank you all.")
    oskar.comment(article, "I was there.")
    form = ".mod-options form"
    address = oskar.read(article).card("I was there.").one(form, "a form").attribute("action") or ""

    oskar.read(article).card("Thank you all.").none(".mod-options", "a button")
    nora.read(article).card("I was there.").none(".mod-options", "a button")
    stranger.read(article).none(".mod-options", "a button")
    oskar.read(article).card("I was there.").one(".mod-options .ion-trash-a", "a trash icon")
    nora.send(address).refused(403)
    stranger.send(address).asks_to_sign_in()
    site.read(article).lists(COMMENT, "comments", ["Thank you all.", "I was there."])

    oskar.read(article).card("I was there.").submit(form).redirects_to(article)
    site.read(article).lists(COMMENT, "comments", ["Thank you all."])


def test_articles_from_before_belong_to_nobody_who_signs_in(site: Site) -> None:
    """Articles that are older than their column for an author are still there, by somebody made for this."""
    name = "nora"
    for _ in range(2):  # the second time, an old account has the very name that was chosen the first time
        old_hand = site.find_old_articles(name, "Ebb", "Flow")

        home = old_hand.read("/")

        home.lists(CARD_TITLE, "articles", ["Flow", "Ebb"])
        for title in ("Ebb", "Flow"):
            card = home.card(title)
            author = card.one(".article-meta a.author", "the author")
            assert author.words() != name, author.failure(f"another name than {name}", name)
            old_hand.read(author.attribute("href") or "").one("h4", "the name").says(author.words())
            article = card.one("a.preview-link", "a link to the article").attribute("href") or ""
            old_hand.send(f"{article}/delete").refused(403)
        name = author.words()


def test_the_sample_articles_have_authors(site: Site) -> None:
    """A new database begins with articles by people whose pages are there, and whose passwords are secret."""
    site.start_anew()

    home = site.anonymous.read("/")

    cards = home.some(".article-preview", "sample articles")
    for card in cards:
        author = card.one(".article-meta a.author", "the author")
        site.read(author.attribute("href") or "").one("h4", "the name").says(author.words())
        picture = card.one(".article-meta img", "a picture")
        site.get(picture.attribute("src") or "").succeeds()
    visitor = site.anonymous
    visitor.read("/login")
    for name in {card.one(".article-meta .author", "the author").words() for card in cards}:
        for password in ("password", name, f"{name}{name}", f"{name}123", "12345678", "secret", "change-me"):
            email = f"{name}@example.org".lower()
            visitor.send("/login", email=email, password=password).refused(422)
