"""The commands `init-db` and `add`."""

import asyncio

import typer
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from conduit import Settings
from conduit.database import Base, Line

app = typer.Typer()


@app.command()
def init_db() -> None:
    """Create the tables."""
    asyncio.run(create_tables())


@app.command()
def add(text: str) -> None:
    """Add a line."""
    if not text.strip():
        typer.echo("The line is blank.", err=True)
        raise typer.Exit(1)
    asyncio.run(add_line(text))
    typer.echo(f"Added: {text}")


async def create_tables() -> None:
    engine = create_async_engine(Settings().database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


async def add_line(text: str) -> None:
    engine = create_async_engine(Settings().database_url)
    async with AsyncSession(engine) as session:
        session.add(Line(text=text))
        await session.commit()
    await engine.dispose()
