"""Accounts: who people are, and how the site knows."""

from conduit.accounts.views import bp


__all__ = ['bp']
