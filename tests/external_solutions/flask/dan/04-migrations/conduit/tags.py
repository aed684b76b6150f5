from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from conduit.extensions import db
from conduit.models import Article, Tag, article_tag


def get_or_create_tag(name):
    tag = db.session.scalar(select(Tag).where(Tag.name == name))
    if tag is None:
        tag = Tag(name=name)
        try:
            with db.session.begin_nested():
                db.session.add(tag)
        except IntegrityError:
            # another visitor was faster
            tag = db.session.scalar(select(Tag).where(Tag.name == name))
    return tag


def sidebar_tags():
    """The 20 tags with the most articles, then the 10 tags that were used last."""
    used_tags = (
        select(Tag)
        .join(article_tag, article_tag.c.tag_id == Tag.id)
        .join(Article, article_tag.c.article_id == Article.id)
        .where(Article.draft.is_(False))
        .group_by(Tag.id)
    )
    most_used = used_tags.order_by(func.count().desc(), Tag.name).limit(20)
    used_last = used_tags.order_by(func.max(article_tag.c.added_at).desc()).limit(10)
    tags = list(db.session.scalars(most_used))
    for tag in db.session.scalars(used_last):
        if tag not in tags:
            tags.append(tag)
    return tags
