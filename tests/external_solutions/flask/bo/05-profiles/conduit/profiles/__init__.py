"""Profiles: what people say about themselves, and what they wrote."""

from conduit.profiles.views import bp


__all__ = ['bp']
