"""Workshops: one instructor guides many people along one learning path."""
