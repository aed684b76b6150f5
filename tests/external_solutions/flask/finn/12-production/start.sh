#!/bin/sh
# Updates the tables, then becomes the server.
set -eu
flask --app conduit db upgrade
exec gunicorn "conduit:create_app()"
