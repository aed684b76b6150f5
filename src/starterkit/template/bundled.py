"""The templates that come with starterkit."""

from __future__ import annotations

from pathlib import Path

from starterkit.errors import UsageError
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource, Template
from starterkit.yamlfile import did_you_mean


def bundled_folder() -> Path:
    """Return the folder with the bundled templates: inside the package, or beside src/ in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parents[1] / "templates"


def skeleton_folder(kind: str) -> Path:
    """Return the folder of the skeleton from which templates of a kind of environment begin."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "skeletons" / kind
    return inside if inside.is_dir() else package.parents[1] / "skeletons" / kind


def bundled_names() -> list[str]:
    """Return the names of the bundled templates."""
    return [folder.name for folder in template_folders(bundled_folder())]


def template_folders(folder: Path) -> list[Path]:
    """Return the folders in this one that are templates, by name."""
    return sorted(entry for entry in folder.iterdir() if (entry / "path.yml").is_file()) if folder.is_dir() else []


def templates_in(*folders: Path) -> list[Template]:
    """Return all templates that lie in these folders; of several with one name, the last."""
    found = {folder.name: folder for place in folders for folder in template_folders(place)}
    return [read_template(FolderSource(found[name])) for name in sorted(found)]


def bundled_template(name: str) -> tuple[Path, Template]:
    """Return a bundled template's folder and texts. Raises `UsageError` with the nearest names."""
    wanted, names = name.strip().lower(), bundled_names()
    if wanted not in names:
        raise UsageError(f'There is no framework "{name}" here.', did_you_mean(wanted, names))
    folder = bundled_folder() / wanted
    return folder, read_template(FolderSource(folder))
