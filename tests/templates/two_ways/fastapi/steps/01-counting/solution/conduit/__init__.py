"""The guest book."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Cookie, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from conduit.database import Line


class Settings(BaseSettings):
    """The settings of the site."""

    model_config = SettingsConfigDict(env_prefix="CONDUIT_")

    name: str = "Guest book"
    database_url: str = "sqlite+aiosqlite:///conduit.db"


def create_app(settings: Settings | None = None) -> FastAPI:
    """Create the site. `settings` replace its own."""
    settings = settings or Settings()
    engine = create_async_engine(settings.database_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def home() -> HTMLResponse:
        async with AsyncSession(engine) as session:
            lines = (await session.scalars(select(Line.text).order_by(Line.id.desc()))).all()
        paragraphs = "".join(f"<p>{escape(line)}</p>\n" for line in lines)
        return HTMLResponse(f"<!doctype html>\n<h1>{escape(settings.name)}</h1>\n{paragraphs}")

    @app.post("/")
    async def write(request: Request) -> Response:
        fields = parse_qs((await request.body()).decode())
        text = fields.get("line", [""])[0]
        async with AsyncSession(engine) as session:
            if await session.scalar(select(Line).filter_by(text=text)):
                return PlainTextResponse("This line is already in the book.", 409)
            session.add(Line(text=text))
            try:
                await session.commit()
            except IntegrityError:
                return PlainTextResponse("Another visitor was quicker.", 409)
        return RedirectResponse("/", 303)

    @app.api_route("/visits", methods=["GET", "HEAD"])
    async def visits(visits: Annotated[int, Cookie()] = 0) -> Response:
        response = PlainTextResponse(str(visits + 1))
        response.set_cookie("visits", str(visits + 1), path="/visits")
        response.set_cookie("last", "today")
        return response

    @app.get("/now")
    async def now() -> PlainTextResponse:
        return PlainTextResponse(datetime.now(UTC).isoformat())

    @app.api_route("/echo/{rest:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def echo(rest: str, request: Request) -> dict[str, Any]:
        sent = {"rest": rest, "query": request.url.query, "body": (await request.body()).hex()}
        return {**sent, "method": request.method, "url": str(request.url), "headers": dict(request.headers)}

    @app.get("/count")
    async def count() -> PlainTextResponse:
        async with AsyncSession(engine) as session:
            return PlainTextResponse(str(await session.scalar(select(func.count()).select_from(Line))))

    # Your own lines go below this one.
    return app
