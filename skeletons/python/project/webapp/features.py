"""The parts that make up the site."""

from webapp.pages import Pages


def add_features(app: Pages) -> None:
    """Join each part to the application: import its file, add its addresses."""
    # Your own lines go below this one.
