"""Long lists are given in parts: so many, after so many."""

from typing import Annotated

from fastapi import Depends, Query

MOST = 100
FURTHEST = 2**31 - 1


class Part:
    """The part of a list that a client wants."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=MOST, description="How many articles, at most")] = 20,
        offset: Annotated[int, Query(ge=0, le=FURTHEST, description="How many newer ones to leave out")] = 0,
    ) -> None:
        self.limit = limit
        self.offset = offset


PartDep = Annotated[Part, Depends()]
