"""The site. `app` serves the API, the docs page and the front end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from conduit import docs, errors, middleware
from conduit.database import engine
from conduit.routers import about, articles, comments, drafts, favorites, profiles, tags, users
from conduit.settings import get_settings


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Run the site, then close the connections to the database."""
    yield
    engine.dispose()


settings = get_settings()
app = FastAPI(
    title=settings.site_title,
    description=docs.DESCRIPTION,
    contact={"name": settings.author},
    lifespan=lifespan,
    docs_url=None,  # docs.py adds a docs page that loads nothing from other servers
    redoc_url=None,
    redirect_slashes=False,
    max_body_size=settings.max_body_size,
    responses={422: {"model": errors.Errors}},
)
errors.add_handlers(app)
middleware.add_middleware(app, settings)
docs.add_page(app)
app.frontend("/", directory=Path(__file__).parents[1] / "frontend")

app.include_router(articles.router)
app.include_router(about.router)
app.include_router(comments.router)
app.include_router(tags.router)
app.include_router(drafts.router)
app.include_router(users.router)
app.include_router(profiles.router)
app.include_router(favorites.router)

# Your own lines go below this one.
