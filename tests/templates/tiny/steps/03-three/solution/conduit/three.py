def three():
    reference_only_three = 3
    return reference_only_three
