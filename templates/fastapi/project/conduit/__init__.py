"""A publishing site with a JSON API. Start reading in main.py."""
