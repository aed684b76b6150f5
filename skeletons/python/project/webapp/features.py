"""The features of the site."""

from webapp.pages import Pages


def add_features(app: Pages) -> None:
    """Add each feature to the application: import its view and add its path."""
    # Your own lines go below this one.
