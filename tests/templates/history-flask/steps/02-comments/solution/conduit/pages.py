"""The pages of the site, as plain text."""

from flask import Blueprint, request

from conduit.models import Article, Comment, db

pages = Blueprint("pages", __name__)


@pages.get("/")
def home():
    articles = db.session.scalars(db.select(Article).filter_by(draft=False).order_by(Article.id))
    return "\n".join(article.title for article in articles)


@pages.post("/")
def create():
    db.session.add(Article(title=request.form["title"], draft="draft" in request.form))
    db.session.commit()
    return "created", 201


@pages.get("/<int:id>")
def article(id):
    comments = db.session.scalars(db.select(Comment).filter_by(article_id=id).order_by(Comment.id))
    return "\n".join(comment.body for comment in comments)


@pages.post("/<int:id>")
def comment(id):
    db.session.add(Comment(article_id=id, body=request.form["body"]))
    db.session.commit()
    return "created", 201
