from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from conduit.accounts.auth import get_user
from conduit.accounts.decorators import login_required
from conduit.articles.querysets import get_article_or_404
from conduit.favorites import services
from conduit.redirects import redirect_back

bp = Blueprint("favorites", __name__, template_folder="templates", url_prefix="/article/<slug>")


@bp.post("/favorite")
@login_required
def add(slug: str) -> Response:
    services.favorite(get_user(), get_article_or_404(slug))
    return redirect_back(url_for("articles.detail", slug=slug))


@bp.post("/unfavorite")
@login_required
def remove(slug: str) -> Response:
    services.unfavorite(get_user(), get_article_or_404(slug))
    return redirect_back(url_for("articles.detail", slug=slug))
