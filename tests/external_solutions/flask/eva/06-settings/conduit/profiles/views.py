from flask import Blueprint, render_template

from conduit.profiles.querysets import get_profile_or_404

bp = Blueprint("profiles", __name__, template_folder="templates", url_prefix="/profile")


@bp.get("/<username>")
def detail(username: str) -> str:
    return render_template("profiles/detail.html", profile=get_profile_or_404(username))
