"""A publishing site as a JSON API. `create_app` builds it; each part of the site lies in files of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from conduit import database, docs, errors, features, security, start
from conduit.settings import Settings

__all__ = ["Settings", "create_app"]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the site. What `settings` says goes before the environment's, and that before conduit/settings.toml."""
    settings = settings or Settings()
    app = FastAPI(
        title=settings.site_title,
        description=docs.DESCRIPTION,
        contact={"name": settings.author},
        lifespan=lifespan,
        docs_url=None,  # conduit/docs.py has a page of its own, which loads nothing from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses={422: errors.example_of(title="can't be blank")},
    )
    app.state.settings = settings

    security.protect(app)
    errors.add_answers(app)
    docs.add_page(app)
    start.add_page(app)
    features.add_features(app)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Hold the database open for as long as the site runs. What is given here is each request's `state`."""
    async with database.opened(app.state.settings.database_url) as sessions:
        yield {"sessions": sessions}
