"""What the site can do."""

FEATURES = [
    "greeting",
    "one",
    "two",
    "three",
    # Your own lines go below this one.
]
