"""One browser, with CSRF tokens, as a class with a client for each test."""

import tempfile
from pathlib import Path

import conduit
from selectolax.lexbor import LexborHTMLParser


class TestBrowser:
    def setup_method(self):
        self.folder = tempfile.TemporaryDirectory()
        settings = {"TESTING": True, "DATABASE": Path(self.folder.name) / "notes.db"}
        self.browser = conduit.create_app(settings).test_client()

    def teardown_method(self):
        self.folder.cleanup()

    def page(self, url="/"):
        return LexborHTMLParser(self.browser.get(url).data)

    def send(self, form_page, url, text):
        token = self.page(form_page).css_first("[name=csrf_token]").attributes["value"]
        return self.browser.post(url, data={"csrf_token": token, "text": text}, follow_redirects=True)

    def items(self):
        return [item.text(deep=False).strip() for item in self.page().css("li.note")]

    def test_list(self):
        assert self.items() == []
        self.send("/", "/notes", "One")
        assert self.items() == ["One"]
        self.send("/", "/notes", "Two & <i>three</i>")
        assert self.items() == ["Two & <i>three</i>", "One"]

    def test_too_long(self):
        response = self.send("/", "/notes", "x" * 201)
        assert "at most 200 characters" in response.text

    def test_edit(self):
        self.send("/", "/notes", "One")
        self.send("/notes/1/edit", "/notes/1/edit", "Uno")
        assert self.page("/notes/1/edit").css_first("textarea").text() == "Uno"
