"""How the tests of each kind of project are started in a sandbox, with the harness that reports them."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import starterkit.workshop.harness as harness
from starterkit.errors import UsageError
from starterkit.workshop.grading.packages import Packages
from starterkit.workshop.grading.pristine import Pristine

HARNESS = Path(harness.__file__).parent
# What tests reach a site through, and frameworks load so late that the site could have changed it by then.
_CLIENTS = ("flask.testing", "werkzeug.test", "starlette.testclient", "django.test.client", "asgiref.testing")
_PYTEST = ("{python}", "-m", "pytest")


@cache
def harness_fingerprint() -> str:
    """Return one word for the harness as it is: another one may judge otherwise."""
    total = hashlib.sha256()
    for file in sorted(HARNESS.iterdir()):
        if file.is_file():
            total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:16]


def check_kind(pristine: Pristine) -> None:
    """Raise `UsageError` where the path's tests are started in a way that grading does not know."""
    if pristine.template.commands.test[:3] != _PYTEST:
        raise UsageError(
            f"`workshop grade` knows tests that pytest runs; those of {pristine.template.title} are run otherwise.",
            "`starterkit check --pristine` in a project runs them without a sandbox.",
        )


def test_command(pristine: Pristine, packages: Packages) -> list[str]:
    """Return the command that runs the path's tests under the harness; `{secret}` and `{report}` are its pipes."""
    words = pristine.template.commands.test[3:]
    given = [word for word in words if "{report}" not in word and "{tests}" not in word]
    settings = {
        "tests": {name: hashlib.sha256(pristine.files[name].data).hexdigest() for name in pristine.test_files},
        "trusted": sorted(pristine.files),
        "preload": [*pristine.used_modules(), *(one for one in _CLIENTS if one.partition(".")[0] in packages.taken)],
        "plugins": packages.plugins,
        "arguments": [*_configuration(pristine), *given, *pristine.test_files],
    }
    program = packages.prepared.programs["python"]
    return [program, "-I", "-B", str(HARNESS / "python_tests.py"), json.dumps(settings), "{secret}", "{report}"]


def _configuration(pristine: Pristine) -> list[str]:
    """What makes pytest read the path's configuration, whatever else lies there."""
    for name in ("pytest.ini", ".pytest.ini", "pyproject.toml"):
        if name in pristine.files:
            return ["-c", name]
    return ["-c", "/dev/null"]
