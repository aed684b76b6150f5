"""What a new database begins with."""


def add_samples() -> None:
    """Add each part's samples, so that the site has something to show. The command saves them."""
    from conduit import articles

    articles.add_samples()

    # Your own lines go below this one.
    from conduit import labelling

    labelling.label_the_samples()
