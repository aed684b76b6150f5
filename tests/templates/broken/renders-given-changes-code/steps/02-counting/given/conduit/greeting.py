"""Greeting."""
