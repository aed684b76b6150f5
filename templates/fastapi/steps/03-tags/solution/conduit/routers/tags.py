"""Tags: the list of the tags in use."""

from fastapi import APIRouter

from conduit.database import SessionDep
from conduit.schemas import TagsResponse
from conduit.tags import popular_tags

router = APIRouter(prefix="/api/tags", tags=["Tags"])


@router.get("")
def list_tags(session: SessionDep) -> TagsResponse:
    """The most used tags, then the tags used last."""
    return TagsResponse(tags=popular_tags(session))
