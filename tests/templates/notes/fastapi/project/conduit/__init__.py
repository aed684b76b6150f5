"""A list of notes as a JSON API."""

from __future__ import annotations

import os
from itertools import count
from typing import Annotated

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, StringConstraints


class NewNote(BaseModel):
    """What a client sends."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Note(NewNote):
    """A note of the list."""

    id: int


class NewNoteBody(BaseModel):
    note: NewNote


class NoteBody(BaseModel):
    note: Note


class NotesBody(BaseModel):
    notes: list[Note]


def create_app() -> FastAPI:
    """Create the site. It keeps the notes in memory."""
    app = FastAPI()
    notes: dict[int, Note] = {}
    numbers = count(1)

    def find(number: int) -> Note:
        if number not in notes:
            raise HTTPException(404)
        return notes[number]

    @app.get("/api/notes")
    async def list_notes() -> NotesBody:
        return NotesBody(notes=sorted(notes.values(), key=lambda note: -note.id))

    @app.post("/api/notes", status_code=201)
    async def create(body: NewNoteBody) -> NoteBody:
        note = Note(id=next(numbers), text=body.note.text)
        notes[note.id] = note
        return NoteBody(note=note)

    @app.get("/api/notes/{number}")
    async def read(number: int) -> NoteBody:
        return NoteBody(note=find(number))

    @app.put("/api/notes/{number}")
    async def edit(number: int, body: NewNoteBody) -> NoteBody:
        note = find(number)
        note.text = body.note.text
        return NoteBody(note=note)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "release": os.environ.get("RELEASE", "")}

    return app
