"""What your tests can ask for: a client of a site with an empty database, and articles."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.orm import Session

from conduit.database import Base, get_session
from conduit.main import app


@pytest.fixture
def session() -> Iterator[Session]:
    """A session with an empty database in memory. All threads of the site share its connection."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def client(session: Session) -> Iterator[TestClient]:
    """A client of the site. Its user is signed in."""
    app.dependency_overrides[get_session] = lambda: session
    client = TestClient(app)
    user = {"username": "ann", "email": "ann@example.org", "password": "correct horse"}
    response = client.post("/api/users", json={"user": user})
    client.headers["Authorization"] = f"Token {response.json()['user']['token']}"
    yield client
    app.dependency_overrides.clear()


@pytest.fixture
def publish(client: TestClient) -> Callable[[str], str]:
    """A factory of articles. It returns the URL of the new article."""

    def publish(title: str) -> str:
        fields = {"title": title, "description": "In short.", "body": "At length."}
        response = client.post("/api/articles", json={"article": fields})
        assert response.status_code == 201
        return f"/api/articles/{response.json()['article']['slug']}"

    return publish


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of asynchronous tests."""
    return "asyncio"
