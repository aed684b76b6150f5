"""Axe finds no serious problem on the pages of a complete site, on small and large screens, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: it comes with the extra `browser`")
pytest.importorskip("axe_playwright_python", reason="axe is not installed: it comes with the extra `browser`")

from axe_playwright_python.sync_playwright import Axe

from tests.browser.people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.people import Person

BODY = "# A heading\n\n> A quote with `code`\n\n```\n" + "a long line of code, " * 20 + "\n```\n"
FOR_ALL = ("/", "/?page=2", "/tag/maps", "/about", "/profile/mara", "/login", "/register", "/nowhere")
FOR_USERS = ("/", "/?feed=following", "/editor", "/settings", "/drafts")


def findings(page: Page) -> list[str]:
    """The serious findings of axe, and whether the page is wider than the screen."""
    found = [
        f"{finding['id']}: {node['html'][:200]}"
        for finding in Axe().run(page).response["violations"]
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"][:1]
    ]
    is_too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{page.url}: {text}" for text in [*found, *(["wider than the screen"] if is_too_wide else [])]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_serious(chromium: Browser, site_address: str, ada: Person, width: int, scheme: str) -> None:
    article = ada.publishes("Everyone can read this", BODY, "quiet")
    ada.goes_to(article)
    ada.page.fill("textarea[name=body]", "A comment.")
    ada.page.click(".comment-form button")
    ada.page.wait_for_load_state()
    cookies = ada.page.context.storage_state()
    screen = {"base_url": site_address, "viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    found = []

    with chromium.new_context(**screen) as window:
        page = window.new_page()
        for path in (*FOR_ALL, article):
            page.goto(path)
            found += findings(page)
        page.goto("/login")
        page.fill("input[name=email]", "nobody@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_selector(".error-messages")
        found += findings(page)
    with chromium.new_context(**screen, storage_state=cookies) as window:
        page = window.new_page()
        for path in (*FOR_USERS, ada.profile, article, article.replace("/article/", "/editor/")):
            page.goto(path)
            found += findings(page)

    assert found == []
