"""Templates: their model, how they are read, and the bundled ones."""
