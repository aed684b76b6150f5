"""What the site can do."""

FEATURES = [
    "greeting",
    "one",
    "two",
    # Your own lines go below this one.
]
