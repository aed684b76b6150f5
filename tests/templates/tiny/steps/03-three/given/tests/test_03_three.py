from conduit.three import three


def test_three():
    """Three is three."""
    assert three() == 3
