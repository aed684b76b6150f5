"""What a new database begins with."""

from articles.models import Article
from tags.models import Tag

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


def add_samples():
    """Put tags on the sample articles."""
    for name, slugs in TAGS.items():
        Tag.objects.create(name=name).articles.set(Article.objects.filter(slug__in=slugs))
