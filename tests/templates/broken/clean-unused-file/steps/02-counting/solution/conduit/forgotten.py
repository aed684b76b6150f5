"""Nobody needs this."""
