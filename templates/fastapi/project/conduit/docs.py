"""The docs page: drawn from the code by FastAPI and Swagger UI, with nothing loaded from elsewhere."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

DESCRIPTION = """
A publishing site: articles, and what readers make of them.

Bodies are JSON, wrapped both ways: `{"article": {…}}`. What cannot be done is answered with
`{"errors": {what: [why]}}`, whatever it was.
"""

PAGE = Path(__file__).parent / "static" / "docs.html"


def add_page(app: FastAPI) -> None:
    """Serve the page, its own files, and Swagger UI's, which the package fastapi-swagger brings along."""
    app.mount("/static", StaticFiles(directory=PAGE.parent))
    app.mount("/swagger-ui", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> FileResponse:
        return FileResponse(PAGE)
