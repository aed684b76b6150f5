"""The site for a server: `fastapi run` and uvicorn start this app."""

from conduit import create_app

app = create_app()
