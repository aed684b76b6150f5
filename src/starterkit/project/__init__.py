"""A learner's project."""
