"""The articles with a tag, and the tags in the sidebar."""

from flask import Blueprint
from sqlalchemy import Select, select

from conduit.queries.tags import sidebar_tags
from conduit.tables import Article, Tag, Tagging
from conduit.web.articles import ArticleList

bp = Blueprint("tags", __name__)
bp.add_app_template_global(sidebar_tags)


class TaggedList(ArticleList):
    def query(self, tag_name: str) -> Select[tuple[Article]]:
        return select(Article).where(Article.taggings.any(Tagging.tag.has(Tag.name == tag_name)))


bp.add_url_rule("/tag/<path:tag_name>", view_func=TaggedList.as_view("list"))
