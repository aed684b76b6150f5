"""Profiles, which show a user to everybody."""
