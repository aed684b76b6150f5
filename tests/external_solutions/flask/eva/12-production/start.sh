set -e
flask --app conduit db upgrade
exec gunicorn "conduit:create_app()"
