"""Every page has what the contract of the pages says, in a browser, in the contract's words and classes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: it comes with the extra `browser`")

from playwright.sync_api import expect

from tests.browser.people import PASSWORD, path_of, sign_in, size_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.people import Person

COMMENT = ".card:not(.comment-form)"
SAMPLE = "/article/how-to-read-an-error-message"


# The bar, on every page


@pytest.mark.parametrize("address", ["/", "/login", "/register", "/tag/maps", "/profile/mara", SAMPLE, "/nowhere"])
def test_the_bar_of_a_stranger(stranger: Page, address: str) -> None:
    stranger.goto(address)

    brand = stranger.locator("nav.navbar a.navbar-brand")
    expect(brand).to_have_count(1)
    expect(brand).to_have_attribute("href", "/")
    expect(stranger.locator("nav.navbar a.nav-link", has_text=re.compile("^Home$"))).to_have_attribute("href", "/")
    expect(stranger.locator("a[href='/login']")).to_have_count(1)
    expect(stranger.locator("a[href='/register']")).to_have_count(1)
    expect(stranger.locator("a[href='/editor'], a[href='/settings'], .user-pic")).to_have_count(0)


@pytest.mark.parametrize("address", ["/", "/editor", "/settings", "/tag/maps", "/profile/mara", SAMPLE])
def test_the_bar_of_somebody(ada: Person, address: str) -> None:
    page = ada.goes_to(address)

    for target in ("/editor", "/settings", ada.profile):
        expect(page.locator(f"a[href='{target}']")).to_have_count(1)
        expect(page.locator(f"nav.navbar a.nav-link[href='{target}']")).to_be_visible()
    expect(page.locator("nav .user-pic")).to_be_visible()
    expect(page.locator(f"nav.navbar a[href='{ada.profile}']")).to_have_text(ada.name)
    expect(page.locator("a[href='/login'], a[href='/register']")).to_have_count(0)


def test_every_page_loads_what_it_names_and_breaks_no_rule(ada: Person) -> None:
    trouble: list[str] = []
    ada.page.on("console", lambda message: trouble.append(message.text))
    ada.page.on("pageerror", lambda error: trouble.append(str(error)))
    ada.page.on("response", lambda answer: trouble.append(answer.url) if answer.status >= 400 else None)

    own = ada.publishes("Nothing is missing", "Text.", "quiet")
    for address in ("/", "/?page=2", "/?feed=following", "/tag/quiet", own, "/editor", "/settings", ada.profile):
        ada.goes_to(address)
    ada.goes_to(f"{ada.profile}/favorites")

    assert trouble == []


# Accounts


def test_signing_up_out_and_in(ada: Person) -> None:
    page = ada.page
    assert path_of(page) == "/"
    page.goto("/settings")
    page.click("button.btn-outline-danger:has-text('Or click here to logout')")
    page.wait_for_url("/")
    expect(page.locator("a[href='/login']")).to_be_visible()

    sign_in(page, ada.email)

    page.wait_for_url("/")
    expect(page.locator(f"nav.navbar a[href='{ada.profile}']")).to_be_visible()
    page.reload()
    expect(page.locator(f"nav.navbar a[href='{ada.profile}']")).to_be_visible()


def test_the_pages_to_sign_in_and_up(stranger: Page) -> None:
    for address, heading, fields in (
        ("/login", "Sign in", ("email", "password")),
        ("/register", "Sign up", ("username", "email", "password")),
    ):
        stranger.goto(address)
        expect(stranger.locator("h1")).to_have_text(heading)
        for field in fields:
            expect(stranger.locator(f"input[name={field}]")).to_be_visible()
        own = stranger.locator("button[type=submit]").first
        assert own.evaluate("button => !!button.form.querySelector('[name=password]')"), f"first button of {address}"


def test_a_failed_sign_in_stays_and_says_so(ada: Person, stranger: Page) -> None:
    for email in (ada.email, "nobody@example.org"):
        sign_in(stranger, email, "not the password")
        expect(stranger.locator(".error-messages li")).to_be_visible()
        assert path_of(stranger) == "/login"


def test_a_name_that_is_taken_stays_and_says_so(ada: Person, stranger: Page) -> None:
    stranger.goto("/register")
    stranger.fill("input[name=username]", ada.name)
    stranger.fill("input[name=email]", f"other-{ada.email}")
    stranger.fill("input[name=password]", PASSWORD)
    stranger.click("button[type=submit]")

    expect(stranger.locator(".error-messages li").first).to_be_visible()
    assert path_of(stranger) == "/register"


@pytest.mark.parametrize("address", ["/editor", "/editor/how-to-read-an-error-message", "/settings"])
def test_what_needs_an_account_leads_to_sign_in(stranger: Page, address: str) -> None:
    stranger.goto(address)

    assert path_of(stranger).partition("?next=")[0] == "/login"


def test_the_feed_of_a_stranger_is_exactly_the_page_to_sign_in(stranger: Page) -> None:
    stranger.goto("/?feed=following")

    assert path_of(stranger) == "/login"


def test_settings_are_filled_in_and_lead_to_the_profile(ada: Person) -> None:
    page = ada.goes_to("/settings")
    first = page.locator("button[type=submit]").first
    expect(first).to_have_text("Update Settings")
    expect(page.locator("input[name=image]")).to_have_value("")
    expect(page.locator("input[name=username]")).to_have_value(ada.name)
    expect(page.locator("input[name=email]")).to_have_value(ada.email)
    expect(page.locator("input[name=password]")).to_have_value("")
    expect(page.locator("textarea[name=bio]")).to_have_value("")

    ada.saves(bio="Writes.", image="https://example.org/ada.png", username=f"{ada.name}b")

    page.wait_for_url(f"/profile/{ada.name}b")
    expect(page.locator(".user-info p")).to_have_text("Writes.")
    expect(page.locator(".user-img")).to_have_attribute("src", "https://example.org/ada.png")
    expect(page.locator(f"nav.navbar a[href='/profile/{ada.name}b']")).to_be_visible()
    ada.goes_to("/settings")
    expect(page.locator("textarea[name=bio]")).to_have_value("Writes.")


# Articles


def test_an_article_from_the_editor_to_its_end(ada: Person) -> None:
    page = ada.goes_to("/editor")
    for field in ("input[name=title]", "input[name=description]", "textarea[name=body]"):
        expect(page.locator(field)).to_be_visible()
    expect(page.locator("button:has-text('Publish Article')")).to_be_visible()

    article = ada.publishes("A kettle sings", "One paragraph.", "tea", "steam")

    expect(page.locator(".article-page h1")).to_have_text("A kettle sings")
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".article-content p")).to_have_text(["One paragraph."])
    expect(page.locator(".tag-list .tag-default")).to_have_text(["steam", "tea"])
    page.click("a:has-text('Edit Article')")
    expect(page.locator("input[name=title]")).to_have_value("A kettle sings")
    page.fill("input[name=title]", "A kettle whistles")
    page.click("button:has-text('Publish Article')")
    page.wait_for_url(article)
    expect(page.locator("h1")).to_have_text("A kettle whistles")
    page.click("button:has-text('Delete Article')")
    page.wait_for_url("/")
    expect(page.locator("h1", has_text="A kettle whistles")).to_have_count(0)


def test_tags_become_pills_and_go_again(ada: Person) -> None:
    page = ada.goes_to("/editor")
    field, pills = page.locator("input[placeholder='Enter tags']"), page.locator(".tag-list .tag-pill")
    page.fill("input[name=title]", "Pills")
    page.fill("input[name=description]", "In short.")
    page.fill("textarea[name=body]", "At length.")

    for tag in ("alpha", "beta", "gamma"):
        field.fill(tag)
        field.press("Enter")
    assert path_of(page) == "/editor", "Enter in the field sends the form"
    expect(pills).to_have_count(3)
    expect(field).to_have_value("")
    page.locator(".tag-list .tag-pill", has_text="alpha").locator("i").click()
    expect(pills).to_have_count(2)

    page.click("button:has-text('Publish Article')")
    page.wait_for_url("/article/pills")
    expect(page.locator(".tag-list .tag-default")).to_have_text(["beta", "gamma"])
    ada.goes_to("/editor/pills")
    while pills.count():
        pills.first.locator("i").click()
    page.click("button:has-text('Publish Article')")
    page.wait_for_url("/article/pills")
    expect(page.locator(".tag-list .tag-default")).to_have_count(0)


def test_only_the_author_sees_the_buttons(ada: Person, bob: Person, stranger: Page) -> None:
    article = ada.publishes("Mine alone")
    expect(ada.page.locator("a:has-text('Edit Article')")).to_have_count(1)
    expect(ada.page.locator("button:has-text('Delete Article')")).to_have_count(1)

    for page in (bob.page, stranger):
        page.goto(article)
        expect(page.locator("a:has-text('Edit Article'), button:has-text('Delete Article')")).to_have_count(0)


def test_favorite_and_unfavorite_stay_on_the_article(ada: Person, bob: Person) -> None:
    article = ada.publishes("A favorite")
    page = bob.goes_to(article)

    page.click("button.btn-outline-primary:has-text('Favorite')")
    expect(page.locator("button.btn-primary:has-text('Unfavorite')")).to_be_visible()
    assert path_of(page) == article
    page.click("button.btn-primary:has-text('Unfavorite')")
    expect(page.locator("button.btn-outline-primary:has-text('Favorite')")).to_be_visible()
    assert path_of(page) == article


def test_comments(ada: Person, bob: Person, stranger: Page) -> None:
    article = ada.publishes("Talk to me")
    ada.comments(article, "First.")
    bob.comments(article, "Second.")

    page = bob.page
    assert path_of(page) == article
    expect(page.locator(f"{COMMENT} .card-block p")).to_have_text(["First.", "Second."])
    expect(page.locator(f"{COMMENT} .card-block")).to_have_count(2)
    expect(page.locator(f"{COMMENT} .comment-author-img")).to_have_count(2)
    expect(page.locator(".card.comment-form .comment-author-img")).to_be_visible()
    expect(page.locator("textarea[placeholder='Write a comment...']")).to_have_value("")
    bins = page.locator(".mod-options .ion-trash-a")
    expect(bins).to_have_count(1)
    width, height = size_of(page, ".mod-options .ion-trash-a")
    assert min(width, height) > 5, f"the bin is drawn {width} × {height}"
    page.on("dialog", lambda dialog: pytest.fail("a dialog opens"))
    bins.click()
    expect(page.locator(f"{COMMENT} .card-block p")).to_have_text(["First."])

    stranger.goto(article)
    expect(stranger.locator(".comment-form, .mod-options")).to_have_count(0)
    expect(stranger.locator(f"{COMMENT} .card-block p")).to_have_text(["First."])


# Lists


def test_the_home_page(ada: Person) -> None:
    page = ada.goes_to("/")

    expect(page.locator(".banner")).to_be_visible()
    assert page.locator(".container").count() >= 1
    expect(page.locator(".feed-toggle a", has_text="Your Feed")).to_have_attribute("href", "/?feed=following")
    expect(page.locator(".feed-toggle a.active")).to_have_text("Global Feed")
    expect(page.locator(".feed-toggle a.active")).to_have_attribute("href", "/")
    expect(page.locator(".article-preview")).to_have_count(10)
    for card in page.locator(".article-preview").all():
        expect(card.locator(".article-meta img")).to_have_count(1)
        expect(card.locator(".article-meta a.author")).to_have_attribute("href", re.compile("^/profile/[^/]+$"))
        expect(card.locator("button.btn-outline-primary")).to_have_count(1)
        expect(card.locator("a.preview-link")).to_have_attribute("href", re.compile("^/article/[^/]+$"))
        expect(card.locator("a.preview-link h1")).to_have_count(1)
        expect(card.locator("p")).to_have_count(1)


def test_a_new_article_is_on_the_home_page_with_its_tags(ada: Person) -> None:
    article = ada.publishes("Freshly pressed", "Apples.", "cider")

    page = ada.goes_to("/")
    card = page.locator(".article-preview").first
    expect(card.locator("h1")).to_have_text("Freshly pressed")
    expect(card.locator(".tag-list .tag-default")).to_have_text(["cider"])
    expect(page.locator(".sidebar .tag-list .tag-pill.tag-default", has_text=re.compile("^cider$"))).to_be_visible()
    card.locator("button.btn-outline-primary").click()
    expect(page.locator(".article-preview").first.locator("button.btn-primary")).to_be_visible()
    assert path_of(page) == "/"
    page.locator(".article-preview h1").first.click()
    page.wait_for_url(article)


def test_pages_of_a_list(ada: Person) -> None:
    page = ada.goes_to("/")
    expect(page.locator(".pagination .page-item.active")).to_have_text("1")
    seen = page.locator(".preview-link").evaluate_all("all => all.map(link => link.getAttribute('href'))")

    page.click(".pagination .page-item a.page-link:text-is('2')")

    page.wait_for_url("/?page=2")
    expect(page.locator(".pagination .page-item.active")).to_have_text("2")
    more = page.locator(".preview-link").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    assert len(more) == 10
    assert not set(seen) & set(more)


def test_a_tag_keeps_its_address_over_pages(ada: Person) -> None:
    for number in range(11):
        ada.publishes(f"Pebble {number}", "Round.", "pebbles")

    page = ada.goes_to("/tag/pebbles")
    expect(page.locator(".feed-toggle .nav-link.active")).to_contain_text("pebbles")
    expect(page.locator(".feed-toggle a[href='/']")).to_have_text("Global Feed")
    page.click(".pagination a.page-link:text-is('2')")
    page.wait_for_url("/tag/pebbles?page=2")
    expect(page.locator(".preview-link h1")).to_have_text(["Pebble 0"])


def test_your_feed(ada: Person, bob: Person) -> None:
    ada.publishes("From ada")
    page = bob.goes_to("/?feed=following")
    expect(page.locator(".empty-feed-message")).to_contain_text("Your feed is empty")
    expect(page.locator(".empty-feed-message a")).to_have_attribute("href", "/")
    expect(page.locator(".article-preview")).to_have_count(0)

    bob.goes_to(ada.profile)
    page.click(f"button:has-text('Follow {ada.name}')")
    page.wait_for_selector(f"button:has-text('Unfollow {ada.name}')")
    bob.goes_to("/")
    page.click(".feed-toggle a:has-text('Your Feed')")

    page.wait_for_url("/?feed=following")
    expect(page.locator(".feed-toggle .nav-link.active")).to_have_text("Your Feed")
    expect(page.locator(".preview-link h1")).to_have_text(["From ada"])


# Profiles


def test_one_s_own_profile(ada: Person) -> None:
    ada.publishes("On my own page")

    page = ada.goes_to(ada.profile)

    expect(page.locator(".profile-page h4")).to_have_text(ada.name)
    expect(page.locator("h4")).to_have_count(1)
    expect(page.locator(".user-img")).to_have_count(1)
    expect(page.locator(".user-info p")).to_have_count(1)
    expect(page.locator(".user-info p")).to_have_text("")
    expect(page.locator(".user-info a[href='/settings']")).to_have_text("Edit Profile Settings")
    expect(page.locator("button", has_text="Follow")).to_have_count(0)
    expect(page.locator(".preview-link h1")).to_have_text(["On my own page"])


def test_somebody_else_s_profile(ada: Person, bob: Person) -> None:
    page = bob.goes_to(ada.profile)
    button = page.locator("button", has_text="ollow")

    expect(button).to_have_text(f"Follow {ada.name}")
    button.click()
    expect(button).to_have_text(f"Unfollow {ada.name}")
    assert path_of(page) == ada.profile
    button.click()
    expect(button).to_have_text(f"Follow {ada.name}")
    expect(page.locator(".user-info a[href='/settings']")).to_have_count(0)


def test_following_from_an_article(ada: Person, bob: Person, stranger: Page) -> None:
    article = ada.publishes("Follow from here")
    page = bob.goes_to(article)

    page.click("button:has-text('Follow')")
    expect(page.locator("button:has-text('Unfollow')")).to_be_visible()
    assert path_of(page) == article
    stranger.goto(article)
    stranger.click("button:has-text('Follow')")
    stranger.wait_for_url(re.compile(r"/login(\?|$)"))  # a site may remember where the visitor wanted to go


def test_favorites_of_a_profile(ada: Person, bob: Person) -> None:
    article = ada.publishes("Worth keeping")
    page = bob.goes_to(article)
    page.click("button.btn-outline-primary:has-text('Favorite')")
    page.wait_for_selector("button.btn-primary:has-text('Unfavorite')")

    bob.goes_to(bob.profile)
    expect(page.locator(".article-preview")).to_have_count(0)
    page.click("a:has-text('Favorited')")

    page.wait_for_url(f"{bob.profile}/favorites")
    expect(page.locator(".preview-link h1")).to_have_text(["Worth keeping"])
    expect(page.locator(".article-preview button.btn-primary")).to_be_visible()


# Pictures and looks


def test_a_picture_that_is_not_set_is_the_default_one_and_loads(ada: Person) -> None:
    article = ada.publishes("With a picture")
    ada.comments(article, "Also with a picture.")

    for address, selector in (
        (ada.profile, ".user-img"),
        ("/", ".user-pic"),
        ("/", ".article-preview .article-meta img"),
        (article, f"{COMMENT} .comment-author-img"),
    ):
        picture = ada.goes_to(address).locator(selector).first
        expect(picture).to_have_attribute("src", re.compile("default-avatar.svg"))
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0"), f"{selector} does not load"


def test_a_picture_that_does_not_load_keeps_its_size(ada: Person) -> None:
    ada.saves(image="https://example.invalid/none.png")
    ada.page.wait_for_url(ada.profile)

    for selector, least in ((".user-img", 60), (".user-pic", 16)):
        width, height = size_of(ada.page, selector)
        assert width >= least, f"{selector} is {width} wide"
        assert height >= least, f"{selector} is {height} high"


@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_is_wider_than_the_window(somebody: Callable[[], Person], width: int) -> None:
    ada = somebody()
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 3
    article = ada.publishes(long[:200], f"`{long * 3}`\n\n| a | b |\n| - | - |\n| {long} | {long} |", long[:50])
    ada.page.set_viewport_size({"width": width, "height": 800})

    for address in ("/", "/?feed=following", "/?page=3", article, "/editor", "/settings", ada.profile, "/nowhere"):
        ada.page.goto(address)
        wide = ada.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} wide in a window of {width}"


# Nothing stored ever runs

TRICK = '<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)></svg>"><iframe srcdoc="<script>">'


def test_nothing_stored_ever_runs(ada: Person, bob: Person) -> None:
    ada.saves(bio=TRICK, image='https://example.invalid/a.png" onerror="alert(4)')
    ada.page.wait_for_url(ada.profile)
    body = f"{TRICK}\n\n[link](javascript:alert(5)) <a href='javascript:alert(6)'>x</a> ![y](x' onerror=alert(7))"
    article = ada.publishes(f"Trick {TRICK}"[:190], body, "<b>x</b>")
    ada.comments(article, "<script>alert(8)</script><img src=x onerror=alert(9)>")

    page = bob.page
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for address in (article, "/", ada.profile, "/tag/<b>x<"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        inside = page.locator("main")
        expect(inside.locator("script, iframe, svg")).to_have_count(0)
        expect(inside.locator("[onerror], [onload], [onclick]")).to_have_count(0)
        expect(inside.locator("a[href^='javascript:']")).to_have_count(0)
