"""The pages of the site, as plain text."""

from flask import Blueprint, request

from conduit.models import Article, db

pages = Blueprint("pages", __name__)


@pages.get("/")
def home():
    articles = db.session.scalars(db.select(Article).filter_by(draft=False).order_by(Article.id))
    return "\n".join(article.title for article in articles)


@pages.post("/")
def create():
    db.session.add(Article(title=request.form["title"], draft=bool(request.form.get("draft"))))
    db.session.commit()
    return "created", 201
