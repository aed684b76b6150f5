"""Reading what a visitor typed."""

from urllib.parse import urljoin, urlsplit, urlunsplit

from flask import request


class Form:
    """The form that arrived. Read it field by field; `errors` gathers what is wrong, in words."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def line(self, name: str, *, longest: int, optional: bool = False) -> str:
        """One line of text, without spaces around it."""
        return self._checked(
            name, ' '.join(self._sent(name).split()), longest, optional
        )

    def text(self, name: str, *, longest: int, optional: bool = False) -> str:
        """Text of any number of lines."""
        return self._checked(name, self._sent(name).strip(), longest, optional)

    def _sent(self, name: str) -> str:
        """The field as it was sent, with plain line ends, without the NUL that some databases refuse."""
        return (
            request.form.get(name, '').replace('\r\n', '\n').replace('\0', '')
        )

    def _checked(
        self, name: str, value: str, longest: int, optional: bool
    ) -> str:
        if not value and not optional:
            self.errors.append(f"{name} can't be blank")
        if len(value) > longest:
            self.errors.append(
                f'{name} is too long: at most {longest} characters, please'
            )
        return value


def way_back(otherwise: str) -> str:
    """Where the form says that the visitor came from, if that is a page of this site."""
    return own_address(request.form.get('back', '')) or otherwise


def own_address(address: str) -> str | None:
    """The path and query of an address, read as browsers read it; None where it leads to another site."""
    try:
        here = urlsplit(request.host_url)
        there = urlsplit(urljoin(request.host_url, address.replace('\\', '/')))
    except ValueError:
        return None
    if not address or (there.scheme, there.netloc) != (
        here.scheme,
        here.netloc,
    ):
        return None
    return urlunsplit(('', '', f'/{there.path.lstrip("/")}', there.query, ''))
