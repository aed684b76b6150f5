"""Who is a fan of whom. Articles want to know this, so this knows nothing of articles."""

from urllib.parse import urljoin, urlsplit

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import ForeignKey, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import db
from conduit.members import member_called, members_only, who_is_here

fan_pages = Blueprint("fans", __name__)


class Fandom(db.Model):
    """One row for each pair: the fan follows the star."""

    fan_number: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)
    star_number: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True, index=True)


@fan_pages.app_template_global()
def is_fan_of(star):
    """Whether the member who is here follows this one. A stranger follows nobody."""
    me = who_is_here()
    if me is None:
        return False
    return db.session.get(Fandom, (me.number, star.number)) is not None


def way_back(otherwise):
    """Where the form wants to lead afterwards; `otherwise`, where that is not surely a page of this site.

    A browser takes a backslash for a slash, drops tabs and line ends, and does not count the slashes at the
    beginning. So only an address is good that begins with one slash and has nothing of all that in it.
    """
    wanted = request.form.get("back", "")
    if not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    for letter in wanted:
        if letter == "\\" or not letter.isprintable():
            return otherwise
    if urlsplit(urljoin(request.host_url, wanted)).netloc != urlsplit(request.host_url).netloc:
        return otherwise
    return wanted


@fan_pages.post("/profile/<nickname>/follow")
@members_only
def become_fan(nickname):
    me = who_is_here()
    star = member_called(nickname)
    if star is me:
        abort(403, "Nobody follows themselves.")
    db.session.add(Fandom(fan_number=me.number, star_number=star.number))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()  # a fan already: just what was wanted
    return redirect(way_back(otherwise=url_for("portraits.portrait", nickname=nickname)))


@fan_pages.post("/profile/<nickname>/unfollow")
@members_only
def stop_being_fan(nickname):
    me = who_is_here()
    star = member_called(nickname)
    db.session.execute(
        delete(Fandom).where(Fandom.fan_number == me.number, Fandom.star_number == star.number)
    )
    db.session.commit()
    return redirect(way_back(otherwise=url_for("portraits.portrait", nickname=nickname)))
