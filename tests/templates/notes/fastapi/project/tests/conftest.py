"""What every test gets: the site without notes, and a client."""

import pytest
from conduit import create_app
from fastapi.testclient import TestClient


@pytest.fixture
def client() -> TestClient:
    """A client of the site."""
    return TestClient(create_app())
