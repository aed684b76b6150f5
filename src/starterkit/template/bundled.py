"""Find the templates and skeletons that are part of starterkit."""

from __future__ import annotations

from pathlib import Path

from starterkit.errors import UsageError
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource, Template
from starterkit.yamlfile import did_you_mean


def bundled_folder() -> Path:
    """Return the folder that contains all bundled templates.

    It is in the package, or in a clone of starterkit.
    """
    return _data_folder("templates")


def skeleton_folder(kind: str) -> Path:
    """Return the folder whose files `template new` copies. `kind` is the kind of environment: python or node."""
    return _data_folder("skeletons") / kind


def _data_folder(name: str) -> Path:
    package = Path(__file__).resolve().parents[1]
    inside = package / name
    return inside if inside.is_dir() else package.parents[1] / name  # a clone has the data next to src/


def bundled_names() -> list[str]:
    """Return the names of the bundled templates, such as `flask`, in alphabetical order."""
    return [folder.name for folder in _template_folders(bundled_folder())]


def templates_in(*folders: Path) -> list[Template]:
    """Return the templates in these folders, sorted by name. If names repeat, the last folder wins."""
    by_name = {template.name: template for folder in folders for template in _template_folders(folder)}
    return [read_template(FolderSource(by_name[name])) for name in sorted(by_name)]


def _template_folders(folder: Path) -> list[Path]:
    entries = folder.iterdir() if folder.is_dir() else ()
    return sorted(entry for entry in entries if (entry / "path.yml").is_file())


def bundled_template(name: str) -> tuple[Path, Template]:
    """Return the folder and the data of a bundled template. Raises `UsageError` for an unknown name."""
    key, names = name.strip().lower(), bundled_names()
    if key not in names:
        raise UsageError(f'Unknown framework "{name}".', did_you_mean(key, names))
    folder = bundled_folder() / key
    return folder, read_template(FolderSource(folder))
