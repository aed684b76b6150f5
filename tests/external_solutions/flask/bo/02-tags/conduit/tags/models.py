"""The table of tags, and the table that joins them to articles."""

from sqlalchemy import Column, ForeignKey, String
from sqlalchemy.orm import backref, Mapped, mapped_column, relationship

from conduit.articles import Article
from conduit.database import db, now, UTCDateTime


LONGEST_TAG = 50

article_tag = db.Table(
    'article_tag',
    Column(
        'article_id',
        ForeignKey('article.id', ondelete='CASCADE'),
        primary_key=True,
    ),
    Column(
        'tag_id',
        ForeignKey('tag.id', ondelete='CASCADE'),
        primary_key=True,
        index=True,
    ),
    Column('tagged_at', UTCDateTime, default=now, nullable=False),
)


class Tag(db.Model):
    """One tag, however many articles carry it; `Article.tags` is its list."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_TAG), unique=True)
    articles: Mapped[list[Article]] = relationship(
        secondary=article_tag, backref=backref('tags', lazy='selectin')
    )
