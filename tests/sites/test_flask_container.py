"""The container file of the Flask path builds an image, if this machine has podman or docker."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from starterkit.process import run
from tests.support.commands import starterkit

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

TEMPLATE = Path(__file__).parents[2] / "templates" / "flask"
IMAGE = "starterkit-flask-test"


def container_engine() -> str:
    """The first program whose engine responds. Without one, the test is skipped."""
    for name in ("podman", "docker"):
        if shutil.which(name) and run([name, "info"], timeout=60).code == 0:
            return name
    return pytest.skip("Neither podman nor docker responds.")


def test_the_image_holds_the_site_and_no_tests(tmp_path: Path) -> None:
    engine = container_engine()
    options = ("--template", str(TEMPLATE), "--trust", "--defaults", "--no-install", "--complete")
    starterkit("new", "site", *options, cwd=tmp_path)

    built = run([engine, "build", "-q", "-f", "Containerfile", "-t", IMAGE, "."], cwd=tmp_path / "site", timeout=900)
    shown = run([engine, "run", "--rm", IMAGE, "sh", "-c", "id -u; ls; gunicorn --version; pytest --version"])

    assert built.code == 0, built.text_err
    assert shown.text_out.split()[0] != "0"
    assert "gunicorn (version" in shown.text_out
    assert "tests" not in shown.text_out.split()
    assert "pytest: not found" in shown.text_err
