"""Choose a backend framework, create a real site, and learn it step by step."""

__version__ = "0.1.0"

DISTRIBUTION = "starterkit-learn"  # the name in pyproject.toml, but the command and the package are called starterkit
WHEEL_NAME = "starterkit_learn"  # the same name as wheel files write it: with an underscore
# Change this to True when the maintainers own DISTRIBUTION on PyPI. Then texts use this name in install commands.
IS_ON_PYPI = False


def install_text(is_on_pypi: bool = IS_ON_PYPI) -> str:
    """Return the command that installs starterkit, as the end of a sentence."""
    return f"type `pip install {DISTRIBUTION}`" if is_on_pypi else "type `pip install .` in your clone of starterkit"


def wheel_file(version: str = __version__) -> str:
    """Return the file name of starterkit's own wheel."""
    return f"{WHEEL_NAME}-{version}-py3-none-any.whl"
