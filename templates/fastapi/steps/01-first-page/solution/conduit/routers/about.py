"""About the site: its title, its author and an e-mail address."""

from fastapi import APIRouter
from sqlalchemy import func, select

from conduit.database import SessionDep
from conduit.models import Article
from conduit.schemas import About, AboutResponse
from conduit.settings import SettingsDep

router = APIRouter(prefix="/api/about", tags=["About"])


@router.get("")
def read_about(settings: SettingsDep, session: SessionDep) -> AboutResponse:
    """The title of the site, its author, and an e-mail address for readers."""
    about = About(
        title=settings.site_title,
        author=settings.author,
        contact_email=settings.contact_email,
        articles_count=session.scalar(select(func.count(Article.id))) or 0,
    )
    return AboutResponse(about=about)
