"""What can be asked of the site: a router for each part of it."""
