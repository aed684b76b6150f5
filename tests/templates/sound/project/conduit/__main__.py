"""Serve the site on this machine: `python -m conduit PORT`."""

import sys
from wsgiref.simple_server import make_server

from conduit import create_app

with make_server("127.0.0.1", int(sys.argv[1]), create_app()) as server:
    server.serve_forever()
