"""The tags of the sample articles."""

from collections.abc import Iterable

from conduit.models.article import Article
from conduit.models.tag import Tag

TAGS = {
    "clocks": ["the-clock-that-found-the-ocean"],
    "craft": ["a-bridge-that-began-with-a-kite", "bread-is-a-conversation-with-air"],
    "kitchen": ["bread-is-a-conversation-with-air"],
    "maps": ["the-town-that-a-map-invented", "the-clock-that-found-the-ocean"],
    "paper": ["the-town-that-a-map-invented", "why-old-books-smell-of-vanilla"],
    "programming": ["how-to-read-an-error-message"],
    "science": ["why-old-books-smell-of-vanilla", "bread-is-a-conversation-with-air"],
    "stories": [
        "the-town-that-a-map-invented",
        "a-bridge-that-began-with-a-kite",
        "the-clock-that-found-the-ocean",
    ],
}


def add_tags(articles: Iterable[Article]) -> None:
    """Put tags on the sample articles."""
    tags = {name: Tag(name=name) for name in TAGS}
    for article in articles:
        article.tags = [tag for name, tag in tags.items() if article.slug in TAGS[name]]
