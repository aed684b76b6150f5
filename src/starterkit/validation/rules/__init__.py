"""The rules of validation, one module each. A new rule also belongs in `Rule` (model.py) and `_RULES` (runner.py)."""
