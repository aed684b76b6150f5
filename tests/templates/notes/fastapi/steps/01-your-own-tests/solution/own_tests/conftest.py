"""What each of your tests gets: a new site, and a client."""

import pytest
from conduit import create_app
from fastapi.testclient import TestClient


@pytest.fixture
def client():
    """A client of a site without notes."""
    with TestClient(create_app()) as client:
        yield client
