"""The list of notes."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_new_note_is_shown(client):
    """A new note is shown on the list."""
    assert client.post("/notes", {"text": "Tea"}).status_code == 302, "Expected a redirect after a new note."
    assert b"Tea" in client.get("/").content, "Expected the new note on /."


def test_a_note_is_edited(client):
    """A note is edited."""
    client.post("/notes", {"text": "Tea"})
    client.post("/notes/1/edit", {"text": "Coffee"})
    assert b"Coffee" in client.get("/").content, "Expected the edited note on /."
