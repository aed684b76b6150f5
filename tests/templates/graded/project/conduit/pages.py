"""The pages."""


def page_at(address):
    """The page at an address."""
    if address == "/":
        return "200 OK", "Hello"
    return "404 Not Found", f"There is nothing at {address}."
