"""What the site can do."""

FEATURES = [
    "greeting",
    # Your own lines go below this one.
]
