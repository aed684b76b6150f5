"""Comments under an article."""
