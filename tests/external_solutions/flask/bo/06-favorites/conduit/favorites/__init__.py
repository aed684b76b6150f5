"""Favorites: which articles readers like."""

from conduit.favorites.views import bp


__all__ = ['bp']
