from conduit.two import two


def test_two():
    """Two is two."""
    assert two() == 2
