"""Unused."""
