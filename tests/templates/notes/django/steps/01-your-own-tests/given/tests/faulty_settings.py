"""The settings of the site, with the faults of faults.py around it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from conduit.settings import *
from conduit.settings import DATABASES, MIDDLEWARE

MIDDLEWARE = ["tests.faults.FaultMiddleware", *MIDDLEWARE]

# A file, because `--reuse-db` can't keep a database in memory. Python removes the folder at the end.
FOLDER = TemporaryDirectory(prefix="faults-")
DATABASES = {"default": {**DATABASES["default"], "TEST": {"NAME": Path(FOLDER.name, "test.sqlite3")}}}
