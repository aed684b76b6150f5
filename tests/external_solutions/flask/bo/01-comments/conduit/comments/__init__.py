"""Comments: what readers answer to an article."""

from conduit.comments.views import bp


__all__ = ['bp']
