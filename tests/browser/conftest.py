"""The complete site in a browser: served as a server would, and looked at with headless Chromium.

Needs Playwright, which drives it (the extra `browser`), and a Chromium of this machine: Debian's package `chromium`, or
any that CHROMIUM names. Where either is missing, these tests are skipped, and say so.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.complete_site import complete_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.people import Person

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these are slow, for each worker makes a site and starts a browser."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each visitor has a window of their own."""
    from playwright.sync_api import expect, sync_playwright

    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine: install Debian's package `chromium`, or set CHROMIUM")
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


# The templates whose sites have pages, each with its command that makes up rows.
FILLS = {
    "flask": ("{python}", "-m", "flask", "--app", "conduit", "fill-db"),
    "django": ("{python}", "manage.py", "fill_db"),
}


@pytest.fixture(scope="session", params=FILLS)
def site_address(
    request: pytest.FixtureRequest, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the complete site answers; it holds the samples, and articles for several pages."""
    site = complete_site(request.param, tmp_path_factory.mktemp("complete") / "site")
    site.run(*FILLS[request.param], "article=30", "--others", "12")
    with site.served() as served:
        yield served


@pytest.fixture
def stranger(chromium: Browser, site_address: str) -> Iterator[Page]:
    """The window of a visitor who is not signed in."""
    window = chromium.new_context(base_url=site_address)
    yield window.new_page()
    window.close()


@pytest.fixture
def somebody(chromium: Browser, site_address: str) -> Iterator[Callable[[], Person]]:
    """Makes people who have just signed up, each in a window of their own."""
    from tests.browser.people import signed_up

    windows = []

    def sign_up() -> Person:
        window = chromium.new_context(base_url=site_address)
        windows.append(window)
        return signed_up(window.new_page(), f"person{os.getpid()}x{next(_numbers)}")

    yield sign_up
    for window in windows:
        window.close()


@pytest.fixture
def ada(somebody: Callable[[], Person]) -> Person:
    """Somebody who has just signed up."""
    return somebody()


@pytest.fixture
def bob(somebody: Callable[[], Person]) -> Person:
    """Somebody else who has just signed up."""
    return somebody()
