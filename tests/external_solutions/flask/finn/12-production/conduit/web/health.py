"""Does the site work? A server asks this again and again."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from conduit.extensions import db

bp = Blueprint("health", __name__)


class Health(MethodView):
    def get(self) -> ResponseReturnValue:
        try:
            db.session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return {"status": "the database doesn't respond"}, 503
        return {"status": "ok"}


bp.add_url_rule("/health", view_func=Health.as_view("page"))
