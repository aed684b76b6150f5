"""The start page, for people who come with a browser: what runs here, and what is new."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.models.article import Article
from conduit.settings import SettingsDep

templates = Jinja2Templates(Path(__file__).parent / "templates")


def add_page(app: FastAPI) -> None:
    """Answer at / with a page."""

    @app.get("/", include_in_schema=False)
    async def start(request: Request, session: SessionDep, settings: SettingsDep) -> HTMLResponse:
        newest = select(Article).order_by(Article.created_at.desc(), Article.id.desc()).limit(10)
        context = {"settings": settings, "articles": (await session.scalars(newest)).all()}
        return templates.TemplateResponse(request, "start.html", context)
