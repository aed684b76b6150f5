"""Tags on articles."""
