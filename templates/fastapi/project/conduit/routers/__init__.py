"""Each module is a router: the endpoints for one part of the site."""
