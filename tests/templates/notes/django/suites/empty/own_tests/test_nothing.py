"""A test that checks nothing."""


def test_nothing():
    pass
