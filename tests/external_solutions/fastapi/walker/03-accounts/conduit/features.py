"""The parts that make up the site."""

from fastapi import FastAPI


def add_features(app: FastAPI) -> None:
    """Join each part to the app: import its file, include its router."""
    from conduit.routers import articles

    app.include_router(articles.router, prefix="/api")

    # Your own lines go below this one.
    from conduit.talk import talk

    app.include_router(talk, prefix="/api")

    from conduit.labels import labels

    app.include_router(labels, prefix="/api")

    from conduit.people import doors

    for router in (doors.accounts, doors.profiles):
        app.include_router(router, prefix="/api")
