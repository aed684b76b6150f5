from conduit.one import one


def test_one():
    """One is one."""
    assert one() == 1
