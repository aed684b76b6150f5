"""The visitor that the tests send to the site."""

from dataclasses import dataclass
from urllib.parse import urlencode

from conduit import create_app

__tracebackhide__ = True


@dataclass
class Answer:
    """What the site answered."""

    address: str
    status: str
    text: str

    def says(self, words: str) -> None:
        """The page came, and says exactly this."""
        if not self.status.startswith("200"):
            raise AssertionError(f"no page answers at {self.address} yet")
        if self.text != words:
            raise AssertionError(f"{self.address} was expected to say {words!r} and says {self.text!r}")

    def is_missing(self) -> None:
        """There is no such page."""
        if not self.status.startswith("404"):
            raise AssertionError(f"{self.address} was expected to be missing, and answers {self.status}")


def visit(address: str, **words: str) -> Answer:
    """What the site answers at an address."""
    answers: list[str] = []
    environ = {"PATH_INFO": address, "QUERY_STRING": urlencode(words)}
    body = create_app({"site_title": "Test"})(environ, lambda status, headers: answers.append(status))
    return Answer(address, answers[0], b"".join(body).decode())
