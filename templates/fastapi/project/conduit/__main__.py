"""Commands for the terminal: `python -m conduit init-db` and the like."""

import asyncio
import sys
from argparse import ArgumentParser

from sqlalchemy import Connection

from conduit import create_app
from conduit.database import Base, make_engine, missing_columns, opened
from conduit.filling import fill
from conduit.samples import add_samples
from conduit.settings import Settings


def main() -> int:
    """Do what the command line asks for; give back 0 where all is well."""
    parser = ArgumentParser(prog="python -m conduit")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init-db", help="make the database anew, with sample articles; what was in it is gone")
    commands.add_parser("check-db", help="say whether the tables in the database have every column of the code")
    filling = commands.add_parser("fill-db", help="add made-up rows, many of them: article=10000, say")
    filling.add_argument("tables", nargs="*", metavar="TABLE=ROWS")
    filling.add_argument("--others", type=int, default=100, help="rows for each table that is not named")
    wanted = parser.parse_args()

    settings = Settings()
    create_app(settings)  # so that every part of the site has named its tables
    if wanted.command == "init-db":
        return asyncio.run(init_db(settings))
    if wanted.command == "check-db":
        return asyncio.run(check_db(settings))
    rows = dict(table.partition("=")[::2] for table in wanted.tables)
    for name, number in rows.items():
        if name not in Base.metadata.tables or not number.isdecimal():
            known = ", ".join(table.name for table in Base.metadata.sorted_tables)
            parser.error(f"write TABLE=ROWS; the tables are: {known}")
    return asyncio.run(fill_db(settings, {name: int(number) for name, number in rows.items()}, wanted.others))


async def init_db(settings: Settings) -> int:
    """Make the database anew, with sample articles."""
    engine = make_engine(settings.database_url)
    async with engine.begin() as connection:
        await connection.run_sync(drop_everything)
    await engine.dispose()
    async with opened(settings.database_url) as sessions, sessions() as session:
        await add_samples(session, settings)
        await session.commit()
    print("The database is new and holds the sample articles.")
    return 0


def drop_everything(connection: Connection) -> None:
    Base.metadata.drop_all(connection)


async def check_db(settings: Settings) -> int:
    """Say whether the tables in the database have every column that the code names."""
    engine = make_engine(settings.database_url)
    async with engine.connect() as connection:
        missing = await connection.run_sync(missing_columns)
    await engine.dispose()
    for column in missing:
        print(f"The database lacks the column {column}.")
    if not missing:
        print("The database fits the code.")
    return 1 if missing else 0


async def fill_db(settings: Settings, rows: dict[str, int], others: int) -> int:
    """Add made-up rows to the database. What is in it stays."""
    async with opened(settings.database_url) as sessions, sessions() as session:
        added = await session.run_sync(fill, rows, others)
        await session.commit()
    for name, number in added.items():
        print(f"{name}: {number} rows more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
