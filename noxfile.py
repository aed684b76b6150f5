"""The usual tasks of a contributor. They run in the environment in which nox is installed.

.venv/bin/python -m nox -l lists them. .venv/bin/python -m nox -s lint types runs two of them.
"""

from __future__ import annotations

import sys

import nox

nox.options.sessions = ["lint", "types", "quick"]
nox.options.default_venv_backend = "none"


def _run(session: nox.Session, *words: str) -> None:
    """Run a module with the Python that runs nox."""
    session.run(sys.executable, "-m", *words)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and dead code."""
    _run(session, "ruff", "check", ".")
    _run(session, "ruff", "format", "--check", ".")
    _run(session, "vulture")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    _run(session, "mypy")


@nox.session
def quick(session: nox.Session) -> None:
    """Run the quick tests. Options of pytest come after `--`."""
    _run(session, "pytest", "-q", "-n", "auto", "-m", "not slow", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests. Options of pytest come after `--`."""
    _run(session, "pytest", "-q", "-n", "auto", *session.posargs)


@nox.session
def templates(session: nox.Session) -> None:
    """Prove the templates with the rules of .ci/run. Name one after `--`."""
    skipped = [word for rule in ("earned", "carries", "alone", "green", "no-regression") for word in ("--skip", rule)]
    _run(session, "starterkit", "template", "validate", *skipped, *session.posargs)
