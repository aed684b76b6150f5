"""The docs page. FastAPI describes the API in /openapi.json, and Swagger UI shows this description as a page."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

DESCRIPTION = """
A publishing site.

Requests and responses are JSON objects with a name, for example `{"article": {…}}`.
An error has the form `{"errors": {"title": ["can't be blank"]}}`.
"""

PAGE = Path(__file__).parents[1] / "frontend" / "docs.html"


def add_page(app: FastAPI) -> None:
    """Add the docs page, and the files of Swagger UI, which are in the package fastapi-swagger."""
    app.mount("/swagger-ui", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/docs", include_in_schema=False)
    def docs() -> FileResponse:
        return FileResponse(PAGE)
