"""What each of your tests gets: a new site, and a client."""

import pytest
from conduit import create_app


@pytest.fixture
def client(tmp_path):
    """A client of a site with an empty database."""
    settings = {"TESTING": True, "DATABASE": tmp_path / "notes.db", "WTF_CSRF_ENABLED": False}
    return create_app(settings).test_client()
