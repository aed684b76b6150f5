"""The list of notes."""


def test_a_new_note_is_shown(client):
    """A new note is shown on the list."""
    assert client.post("/notes", data={"text": "Tea"}).status_code == 302, "Expected a redirect after a new note."
    assert "Tea" in client.get("/").text, "Expected the new note on /."


def test_a_note_is_edited(client):
    """A note is edited."""
    client.post("/notes", data={"text": "Tea"})
    client.post("/notes/1/edit", data={"text": "Coffee"})
    assert "Coffee" in client.get("/").text, "Expected the edited note on /."
