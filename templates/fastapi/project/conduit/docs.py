"""The docs page: drawn from the code by FastAPI and Swagger UI, with nothing loaded from elsewhere."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from conduit.settings import SettingsDep
from conduit.start import templates

DESCRIPTION = """
A publishing site: articles, and what readers make of them.

Bodies are JSON, wrapped both ways: `{"article": {…}}`. What cannot be done is answered with
`{"errors": {what: [why]}}`, whatever it was.
"""

STATIC = Path(__file__).parent / "static"


def add_page(app: FastAPI) -> None:
    """Serve the page, its own files, and Swagger UI's, which the package fastapi-swagger brings along."""
    app.mount("/static", StaticFiles(directory=STATIC))
    app.mount("/swagger-ui", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request, settings: SettingsDep) -> HTMLResponse:
        return templates.TemplateResponse(request, "docs.html", {"settings": settings})
