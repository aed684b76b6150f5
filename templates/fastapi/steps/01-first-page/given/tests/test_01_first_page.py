"""The API says what this site is about."""

from collections.abc import Callable

from tests.support.api import Site


def test_about_returns_the_title(site: Site) -> None:
    """The endpoint /api/about returns the title of the site."""
    title = site.get("/openapi.json").gives("info", "title")

    about = site.get("/api/about").gives("about")

    about.has(title=title)


def test_about_returns_the_contact_email(site: Site, start_site: Callable[..., Site]) -> None:
    """The endpoint returns the contact e-mail from the settings."""
    site.get("/api/about").gives("about").has(contactEmail="hello@example.org")

    other_site = start_site(contact_email="ada@example.com", author="Ada", site_title="Lanterns")

    other_site.get("/api/about").gives("about").has(contactEmail="ada@example.com", author="Ada", title="Lanterns")


def test_docs_page_describes_the_response(site: Site) -> None:
    """The docs page has the response under the heading About."""
    endpoint = site.documented("GET", "/api/about", 200, "title", "author", "contactEmail")

    tags = endpoint.get("tags", [])
    assert tags == ["About"], f"Expected GET /api/about under the heading About on /docs. Found {tags or 'none'}."


def test_response_contains_no_secret(site: Site) -> None:
    """The response contains no secret setting."""
    reply = site.get("/api/about")

    reply.gives("about", "title")
    for secret in ("only for tests", "sqlite", "postgres"):
        assert secret not in reply.text, f"Expected no secret setting from GET /api/about. Found {reply.text}."


def test_about_counts_the_articles(site: Site) -> None:
    """The endpoint returns the number of articles."""
    site.get("/api/about").gives("about").has(articlesCount=0)

    for title in ("Bread", "Soup"):
        site.publish(title)

    site.get("/api/about").gives("about").has(articlesCount=2)
