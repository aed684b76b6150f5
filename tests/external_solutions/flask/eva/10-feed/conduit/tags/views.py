from flask import Blueprint, url_for

from conduit.articles.querysets import tagged
from conduit.articles.views import home_tabs, list_page
from conduit.tabs import Tab
from conduit.tags import managers

bp = Blueprint("tags", __name__, template_folder="templates")


@bp.get("/tag/<path:name>")
def detail(name: str) -> str:
    tab = Tab(name, url_for("tags.detail", name=name), active=True)
    return list_page(tagged(name), tabs=[*home_tabs(), tab])


@bp.app_template_global()
def sidebar_tags() -> list[str]:
    """The most used tags, and after them the tags that were used last."""
    popular = managers.most_used()
    return popular + managers.last_used(besides=popular)
