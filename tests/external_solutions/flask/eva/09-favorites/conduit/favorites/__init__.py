"""Favorites: articles that a user likes."""
