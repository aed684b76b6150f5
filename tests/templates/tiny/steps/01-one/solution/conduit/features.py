"""What the site can do."""

FEATURES = [
    "greeting",
    "one",
    # Your own lines go below this one.
]
