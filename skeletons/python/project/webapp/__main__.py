"""`python -m webapp --port 8000` serves the application on this machine."""

import argparse
from wsgiref.simple_server import make_server

from webapp import create_app

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=8000)

with make_server("127.0.0.1", parser.parse_args().port, create_app()) as server:
    server.serve_forever()
