from sqlalchemy import select

from conduit.accounts.models import User
from conduit.extensions import db


def get_profile_or_404(username: str) -> User:
    return db.first_or_404(select(User).where(User.username == username), description="This user doesn't exist.")
