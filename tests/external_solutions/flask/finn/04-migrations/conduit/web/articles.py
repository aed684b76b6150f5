"""The pages of articles, as classes."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from sqlalchemy import Select

from conduit.extensions import db
from conduit.forms import ArticleForm, CommentForm
from conduit.slugs import insert_with_free_slug
from conduit.tables import Article
from conduit.web.lookup import one_or_404

bp = Blueprint("articles", __name__)


def article_or_404(slug: str) -> Article:
    return one_or_404(Article, "This article doesn't exist.", slug=slug)


def article_page(article: Article, form: CommentForm | None = None) -> ResponseReturnValue:
    """An article with its comments. A rejected comment stays in its form."""
    form = form or CommentForm(formdata=None)
    return render_template("articles/article.html", article=article, comment_form=form), 422 if form.errors else 200


class ArticleList(MethodView):
    def query(self, **_: str) -> Select[tuple[Article]]:
        return Article.published()

    def get(self, **parts: str) -> str:
        newest_first = self.query(**parts).order_by(Article.created_at.desc(), Article.id.desc())
        return render_template("articles/home.html", articles=db.session.scalars(newest_first).all(), **parts)


class DraftList(ArticleList):
    def query(self) -> Select[tuple[Article]]:
        return Article.drafts()


class Reader(MethodView):
    def get(self, slug: str) -> ResponseReturnValue:
        return article_page(article_or_404(slug))


class Editor(MethodView):
    """Writes a new article, or changes the one in the URL."""

    def dispatch_request(self, slug: str | None = None) -> ResponseReturnValue:
        self.article = article_or_404(slug) if slug else None
        self.form = ArticleForm(obj=self.article, data={"tags": self.article.tag_names if self.article else ()})
        return super().dispatch_request()

    def get(self) -> ResponseReturnValue:
        return render_template("articles/editor.html", form=self.form, article=self.article)

    def post(self) -> ResponseReturnValue:
        if not self.form.validate():
            return self.get(), 422
        article = self.article or Article()
        self.form.populate_obj(article)
        if article is self.article:
            db.session.commit()
        else:
            insert_with_free_slug(article)
        return redirect(url_for(".read", slug=article.slug))


class Remover(MethodView):
    def post(self, slug: str) -> ResponseReturnValue:
        db.session.delete(article_or_404(slug))
        db.session.commit()
        return redirect(url_for(".home"))


bp.add_url_rule("/", view_func=ArticleList.as_view("home"))
bp.add_url_rule("/article/<slug>", view_func=Reader.as_view("read"))
bp.add_url_rule("/article/<slug>/delete", view_func=Remover.as_view("delete"))
bp.add_url_rule("/drafts", view_func=DraftList.as_view("drafts"))
bp.add_url_rule("/editor", view_func=Editor.as_view("publish"))
bp.add_url_rule("/editor/<slug>", view_func=Editor.as_view("edit"))
