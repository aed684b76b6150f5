"""Prepare the environments that projects run in, and start their sites."""
