"""The language of a template's file, from its name or, if the name doesn't say it, from its content."""

from __future__ import annotations

import re
from enum import Enum, auto
from pathlib import PurePosixPath

from starterkit.textfile import parse_python


class Language(Enum):
    """A language that mutants or variations can change. A page is HTML in any template language."""

    PYTHON = auto()
    JAVASCRIPT = auto()  # and TypeScript, with or without JSX
    PAGE = auto()
    STYLE = auto()
    IMAGE = auto()
    SQL = auto()


_SUFFIXES = {
    Language.PYTHON: ".py .pyw",
    Language.JAVASCRIPT: ".js .mjs .cjs .jsx .ts .mts .cts .tsx",
    Language.PAGE: ".html .htm .xhtml .vue .svelte .astro",
    Language.STYLE: ".css .scss .less",
    Language.IMAGE: ".svg",
    Language.SQL: ".sql",
}
_BY_SUFFIX = {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
# The suffixes of template languages. The suffix before it may say more: `schema.sql.j2` is SQL.
_TEMPLATE_SUFFIX = re.compile(r"\.(?:jinja2?|j2|njk|tpl|tmpl|ejs|hbs|handlebars|mustache|mako|twig|liquid|eta)")
# Documents and settings may quote code in any language, so their content says nothing.
_DOCUMENT = re.compile(r"\.(?:md|rst|txt|json|toml|ya?ml|ini|cfg|lock|csv|xml|map)")
_SHEBANG = re.compile(rb"#![^\n]*\b(?:(?P<python>python)|node|deno|bun)")
_SQL = re.compile(rb"(?:\s|--[^\n]*\n)*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WITH|PRAGMA)\b[^;]*;", re.IGNORECASE)
_MARKUP = re.compile(
    rb"<(?P<name>[a-z][\w-]*)\b[^>]*>.*</(?P=name)\s*>|\{%.*?%\}|<!doctype html", re.DOTALL | re.IGNORECASE
)
_PYTHON = re.compile(rb"^(?:def|class|import|from) ", re.MULTILINE)
_JAVASCRIPT = re.compile(rb"^(?:const \w+ =|import .+ from ['\"]|module\.exports\b)", re.MULTILINE)


def language_of(path: str, data: bytes) -> Language | None:
    """Return the language of a file, or None if it has no language that starterkit knows."""
    if b"\0" in data:
        return None
    name = PurePosixPath(path.lower())
    if _TEMPLATE_SUFFIX.fullmatch(name.suffix):
        inner = PurePosixPath(name.stem).suffix
        return None if _DOCUMENT.fullmatch(inner) else _BY_SUFFIX.get(inner, Language.PAGE)
    return None if _DOCUMENT.fullmatch(name.suffix) else _BY_SUFFIX.get(name.suffix) or _by_content(data)


def _by_content(data: bytes) -> Language | None:
    if shebang := _SHEBANG.match(data):
        return Language.PYTHON if shebang["python"] else Language.JAVASCRIPT
    if _SQL.match(data):
        return Language.SQL
    if _PYTHON.search(data) and parse_python(data):
        return Language.PYTHON
    if _JAVASCRIPT.search(data):
        return Language.JAVASCRIPT
    return Language.PAGE if _MARKUP.search(data) else None
