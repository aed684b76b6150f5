"""Questions to the database that several pages ask."""
