"""pytest functions, and a client that checks CSRF tokens."""

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True)


def page(browser, url="/"):
    return LexborHTMLParser(browser.get(url).content)


def send(browser, form_page, url, text):
    token = page(browser, form_page).css_first("[name=csrfmiddlewaretoken]").attributes["value"]
    return browser.post(url, {"csrfmiddlewaretoken": token, "text": text})


def items(browser):
    return [item.text(deep=False).strip() for item in page(browser).css("li.note")]


def test_list(browser):
    send(browser, "/", "/notes", "One")
    send(browser, "/", "/notes", "Two & <i>three</i>")
    assert items(browser) == ["Two & <i>three</i>", "One"]


def test_too_long(browser):
    response = send(browser, "/", "/notes", "x" * 201)
    assert b"at most 200 characters" in response.content
    assert items(browser) == []


def test_edit(browser):
    send(browser, "/", "/notes", "One")
    link = page(browser).css_first("li.note a").attributes["href"]
    send(browser, link, link, "Uno")
    assert items(browser) == ["Uno"]
