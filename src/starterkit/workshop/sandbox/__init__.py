"""Runs untrusted code in a sandbox: in a separate folder, with limits, and without a network."""
