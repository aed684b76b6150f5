"""Commands for the terminal."""

from conduit.commands import app

app()
