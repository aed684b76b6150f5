"""People: who they are, how they prove it, and what can be asked about them."""
