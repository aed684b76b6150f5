"""Follows: who wants to read whom. Articles are unknown here."""

from conduit.follows.views import bp


__all__ = ['bp']
