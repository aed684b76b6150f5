def test_more() -> None:
    """A test of the solution."""
