"""How long the pages of the complete Django site take, with as much in it as a busy site has.

    .venv/bin/python benchmarks/django_pages.py [--requests N] [--limit MS]

Makes the complete site, fills it by its own command (10,000 articles, 1,000 people, 100,000 favorites, and comments,
tags and follows to match), serves it by its own run command, and asks for each page over HTTP, as somebody who is
signed in, follows others and has favorites. Prints a Markdown table: the page, its median and its slowest request in
milliseconds. Exits with 1 when a median is above the limit.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from busy_site import PAGES, Browser, Tables, complete_site, fill, filled, give_friends, measure, parser, rows

ROWS = rows(favorite="article_favorited_by", follow="user_following", article_tag="article_tags")
TABLES = Tables(
    file="db.sqlite3",
    user="accounts_user",
    article="articles_article",
    comment="articles_comment",
    tag="articles_tag",
    article_tag="articles_article_tags",
    follow=("accounts_user_following", "from_user_id", "to_user_id"),
    favorite=("articles_article_favorited_by", "user_id", "article_id"),
)


def main() -> int:
    """Measure and print; exit code 1 when a page is slower than the limit."""
    wanted = parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="starterkit-pages-") as place:
        site = complete_site("django", Path(place) / "site")
        took = fill(site, ROWS, "{python}", "manage.py", "fill_db")
        with site.served() as address:
            visitor = Browser(address, "csrfmiddlewaretoken")
            names = give_friends(site, TABLES)
            pages = {page: path.format(**names) for page, path in PAGES.items()}
            holds = measure("page", visitor.open, pages, wanted)
    print(f"\n{filled(took, ROWS)}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
