"""git: the only package that calls git."""
