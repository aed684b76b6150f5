def two():
    reference_only_two = 2
    return reference_only_two
