"""The parts that make up the site."""

from fastapi import FastAPI


def add_features(app: FastAPI) -> None:
    """Join each part to the app: import its file, include its router."""
    from conduit.routers import articles

    app.include_router(articles.router, prefix="/api")

    # Your own lines go below this one.
    from conduit.talk import talk

    app.include_router(talk, prefix="/api")
