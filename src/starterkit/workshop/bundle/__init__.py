"""Builds a bundle: one folder with everything that a workshop without internet needs."""
