"""Find and read templates: the bundled ones and external ones."""
