"""The visitor of the tests."""

from importlib import import_module
from wsgiref.util import setup_testing_defaults


def expect(fact, otherwise):
    """Fail with a sentence unless the fact holds."""
    if not fact:
        raise AssertionError(otherwise)


class Site:
    """The site, as a visitor sees it."""

    def get(self, address):
        """What the site answers."""
        environ = {"PATH_INFO": address}
        setup_testing_defaults(environ)
        said = []
        parts = list(import_module("conduit").app(environ, lambda status, headers: said.append((status, headers))))
        return Answer(address, said[0][0], b"".join(parts))


class Answer:
    """What the site answered."""

    def __init__(self, address, status, content):
        expect(type(status) is str and type(content) is bytes, f"{address} answers with something that is no answer")
        self.address, self.status, self.text = address, int(status.split()[0]), content.decode()

    def says(self, words):
        """These are its words."""
        expect(self.status == 200, f"no page answers at {self.address} yet")
        expect(self.text == words, f'{self.address} was expected to say "{words}", and says "{self.text}"')
