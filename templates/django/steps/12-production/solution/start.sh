#!/bin/sh
# Check the settings, update the tables, and start the server. `exec` lets the server receive the signal to stop.
set -e
python manage.py check --deploy --fail-level WARNING
python manage.py migrate --no-input
exec gunicorn conduit.wsgi
