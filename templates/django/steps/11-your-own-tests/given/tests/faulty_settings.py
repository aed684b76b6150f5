"""The settings of the site, with the faults of faults.py in front of the site. Passwords are hashed fast."""

import os

from conduit.settings import *  # noqa: F403
from conduit.settings import DATABASES, MIDDLEWARE

MIDDLEWARE = ["tests.faults.FaultMiddleware", *MIDDLEWARE]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Another file instead of the site's database, in case that a test doesn't use the test database
DATABASES = {"default": {**DATABASES["default"], "NAME": os.environ.get("FAULTS_DATABASE", "")}}
