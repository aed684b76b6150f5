"""A signed-in person with a browser."""

from dataclasses import dataclass

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse


@dataclass
class Writer:
    client: FlaskClient

    def send(self, url: str, **fields: str) -> TestResponse:
        return self.client.post(url, data=fields)

    def publish(self, title: str, body: str = "Some words.") -> TestResponse:
        return self.send("/editor", title=title, description="About it.", body=body)

    def texts(self, url: str, selector: str) -> list[str]:
        response = self.client.get(url)
        assert response.status_code == 200
        return [node.text(strip=True) for node in LexborHTMLParser(response.text).css(selector)]

    def headlines(self) -> list[str]:
        return self.texts("/", ".article-preview h1")
