"""People who use the site in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

PASSWORD = "a long password"


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and the window that they look through."""

    page: Page
    name: str
    email: str

    @property
    def profile(self) -> str:
        return f"/profile/{self.name}"

    def goes_to(self, address: str) -> Page:
        """Open a page, which must be there."""
        answer = self.page.goto(address)
        assert answer is not None, f"nothing came for {address}"
        assert answer.ok, f"{address} answers with {answer.status}"
        return self.page

    def publishes(self, title: str, body: str = "At length.", *tags: str) -> str:
        """Write an article in the editor; return its address. The window then shows it."""
        page = self.goes_to("/editor")
        page.fill("input[name=title]", title)
        page.fill("input[name=description]", f"On {title}.")
        page.fill("textarea[name=body]", body)
        for tag in tags:
            page.fill("input[placeholder='Enter tags']", tag)
            page.press("input[placeholder='Enter tags']", "Enter")
        page.click("button:has-text('Publish Article')")
        page.wait_for_url(re.compile("/article/[^/]+$"))
        return path_of(page)

    def comments(self, article: str, words: str) -> None:
        """Write a comment under an article."""
        page = self.goes_to(article)
        page.fill("textarea[placeholder='Write a comment...']", words)
        page.click("button:has-text('Post Comment')")
        expect(page.locator(".card:not(.comment-form) .card-block", has_text=words)).to_be_visible()

    def saves(self, **settings: str) -> None:
        """Change some settings."""
        page = self.goes_to("/settings")
        for name, value in settings.items():
            page.fill(f"[name={name}]", value)
        page.click("button[type=submit]:has-text('Update Settings')")


def signed_up(page: Page, name: str) -> Person:
    """Sign up through the page for it."""
    person = Person(page, name, f"{name}@example.org")
    page.goto("/register")
    page.fill("input[name=username]", name)
    page.fill("input[name=email]", person.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("/")
    return person


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the form to sign in, and send it."""
    page.goto("/login")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")


def path_of(page: Page) -> str:
    """The address of the page in the window, without the site's."""
    return re.sub(r"^\w+://[^/]+", "", page.url)


def size_of(page: Page, selector: str) -> tuple[float, float]:
    """Width and height of an element as it is drawn."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None, f"{selector} is not drawn"
    return box["width"], box["height"]
