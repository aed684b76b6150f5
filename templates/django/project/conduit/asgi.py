"""The same as wsgi.py, for servers that speak ASGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conduit.settings.production")

application = get_asgi_application()
