def one():
    reference_only_one = 1
    return reference_only_one
