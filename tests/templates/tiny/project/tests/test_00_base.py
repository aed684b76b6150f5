from tests.support import greet


def test_greets():
    """The site greets a visitor by name."""
    assert greet("Ann") == "Hello Ann"
