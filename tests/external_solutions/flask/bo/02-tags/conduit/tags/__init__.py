"""Tags: what articles are about."""

from conduit.tags.views import bp


__all__ = ['bp']
