"""Paths as people type them, and the folders that their system keeps for starterkit."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from starterkit.paths import cache_folder, settings_folder


def test_variables_decide_where_caches_and_settings_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))

    assert cache_folder() == tmp_path / "caches" / "starterkit"
    assert settings_folder() == tmp_path / "settings" / "starterkit"


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_the_folders_on_linux_are_those_of_earlier_versions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    assert cache_folder() == tmp_path / ".cache" / "starterkit"
    assert settings_folder() == tmp_path / ".config" / "starterkit"
