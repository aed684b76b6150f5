"""What every test gets: the site with an empty database, and a client."""

from pathlib import Path

import pytest
from conduit import create_app
from flask.testing import FlaskClient


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A client of the site. Its forms need no CSRF token."""
    return create_app({"TESTING": True, "DATABASE": tmp_path / "test.db", "WTF_CSRF_ENABLED": False}).test_client()
