"""The health check, which says if the site can work."""

import logging

from fastapi import APIRouter, HTTPException
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from conduit.database import SessionDep
from conduit.errors import Errors

router = APIRouter(tags=["Health"])
logger = logging.getLogger(__name__)


@router.get("/health", responses={503: {"model": Errors}})
def read_health(session: SessionDep) -> dict[str, str]:
    """Status "ok" if the database responds."""
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        logger.exception("The database doesn't respond")
        raise HTTPException(503, {"database": ["doesn't respond"]}) from None
    return {"status": "ok"}
