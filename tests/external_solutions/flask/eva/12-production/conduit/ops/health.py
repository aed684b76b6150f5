from flask import Blueprint, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from conduit.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/health")
def check() -> tuple[dict[str, str], int]:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        current_app.logger.exception("The database doesn't respond.")
        return {"status": "no database"}, 503
    return {"status": "ok"}, 200
