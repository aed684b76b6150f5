"""Bundled templates, which commands find by their names."""

from pathlib import Path

from starterkit.template.bundled import UNFINISHED, bundled_folder, bundled_names, templates_in
from starterkit.template.resolve import locate_template


def test_unfinished_template_is_found_only_by_its_path(tmp_path: Path) -> None:
    for name in UNFINISHED:
        assert name not in bundled_names()
        located = locate_template(str(bundled_folder() / name), tmp_path, tmp_path)
        assert not located.is_bundled
    assert [template.name for template in templates_in(bundled_folder())] == bundled_names()
