"""Reading what a visitor typed."""

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
