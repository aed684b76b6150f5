"""Articles, which visitors publish, read, edit and delete."""
