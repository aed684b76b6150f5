"""Where a server finds the site: `gunicorn conduit.wsgi`. It takes the settings for production."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conduit.settings.production")

application = get_wsgi_application()
