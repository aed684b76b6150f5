"""Everything that changes who follows whom."""

from flask import abort
from sqlalchemy import delete

from conduit.accounts.models import User
from conduit.database import insert_missing
from conduit.extensions import db
from conduit.profiles.models import Follow


def follow(follower: User, followed: User) -> None:
    if follower.id == followed.id:
        abort(403, "You can't follow yourself.")
    insert_missing(Follow, [{"follower_id": follower.id, "followed_id": followed.id}])
    db.session.commit()


def unfollow(follower: User, followed: User) -> None:
    pair = Follow.follower_id == follower.id, Follow.followed_id == followed.id
    db.session.execute(delete(Follow).where(*pair))
    db.session.commit()
