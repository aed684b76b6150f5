"""What the site says."""

from conduit.features import FEATURES


def greet(name):
    """Return a greeting."""
    words = ["Hello"]
    if name:
        words.append(name)
    return " ".join(words)


def menu():
    """Return the names of all features, in order."""
    names = []
    for feature in FEATURES:
        names.append(feature)
    return names


def footer():
    """Return the last line of a page."""
    return "made by hand"
