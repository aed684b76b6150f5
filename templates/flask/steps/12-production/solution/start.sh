#!/bin/sh
# Update the tables, then start the server. `exec` lets the server receive the signal to stop.
set -e
flask --app conduit db upgrade
exec gunicorn "conduit:create_app()"
