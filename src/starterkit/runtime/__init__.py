"""Environments that projects run in, and the servers and tools that go with them."""
