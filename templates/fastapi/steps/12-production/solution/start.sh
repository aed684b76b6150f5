#!/bin/sh
# Update the tables, then start the server. `exec` lets the server receive the signal to stop.
set -e
alembic upgrade head
exec fastapi run --workers 2
