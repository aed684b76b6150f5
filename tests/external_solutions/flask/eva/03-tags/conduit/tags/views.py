from flask import Blueprint, url_for

from conduit.articles.querysets import tagged
from conduit.articles.views import list_page
from conduit.tags import managers

bp = Blueprint("tags", __name__, template_folder="templates")


@bp.get("/tag/<path:name>")
def detail(name: str) -> str:
    tabs = [(url_for("articles.home"), "Global Feed"), (url_for("tags.detail", name=name), name)]
    return list_page(tagged(name), tabs=tabs)


@bp.app_template_global()
def sidebar_tags() -> list[str]:
    """The most used tags, and after them the tags that were used last."""
    popular = managers.most_used()
    return popular + managers.last_used(besides=popular)
