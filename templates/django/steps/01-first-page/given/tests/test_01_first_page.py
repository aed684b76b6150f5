"""The site has an About page, and the admin lists the articles."""

from collections.abc import Callable

from tests.support.pages import Site

ADMIN = "/admin/articles/article/"
ROWS = "#result_list tbody tr"


def test_about_page_has_a_heading(site: Site) -> None:
    """The About page has a heading."""
    site.read("/about").one("h1", "a heading").has_text("About")


def test_about_page_uses_the_layout(site: Site) -> None:
    """The About page uses the layout of the site."""
    page = site.read("/about")

    page.one("nav.navbar a.navbar-brand", "the navigation bar").links_to("/")
    page.one("main h1", "the heading inside the main part").has_text("About")
    page.one("title", "a title for the browser tab").contains("About")


def test_navigation_bar_links_to_the_about_page(site: Site) -> None:
    """The navigation bar links to the About page."""
    for url in ("/", "/editor", "/about"):
        site.read(url).has_link("nav.navbar a.nav-link", "About", "/about")


def test_about_page_shows_the_contact_email(site: Site, start_site: Callable[..., Site]) -> None:
    """The About page shows the contact e-mail from the settings."""
    site.read("/about").one("main", "the main part").contains("hello@example.org")

    other_site = start_site(CONTACT_EMAIL="ada@example.com")

    page = other_site.read("/about").one("main", "the main part")
    page.contains("ada@example.com")
    page.lacks("hello@example.org")


def test_admin_lists_the_articles(site: Site) -> None:
    """The admin lists the articles with title and date."""
    for title in ("Lanterns", "Bridges"):
        site.publish(title)

    page = site.superuser().read(ADMIN)

    page.lists(f"{ROWS} .field-title", "articles", ["Bridges", "Lanterns"])
    assert len(page.some(f"{ROWS} .field-created_at", "the dates of the articles")) == 2


def test_staff_can_search_articles(site: Site) -> None:
    """The admin searches titles, descriptions and texts."""
    site.publish("Lanterns", description="On light.", body="They swing in the wind.")
    site.publish("Bridges", description="On water.", body="They hang on ropes.")
    admin = site.superuser()

    for word, expected in {"lantern": "Lanterns", "water": "Bridges", "swing": "Lanterns"}.items():
        admin.read(f"{ADMIN}?q={word}").lists(f"{ROWS} .field-title", f'articles with "{word}"', [expected])


def test_html_in_the_contact_email_is_shown_as_text(start_site: Callable[..., Site]) -> None:
    """HTML in the contact e-mail is shown as text."""
    site = start_site(CONTACT_EMAIL="Ada <b>@example.com")

    page = site.read("/about").one("main", "the main part")
    page.contains("Ada <b>@example.com")
    page.none("b", "a bold element")
