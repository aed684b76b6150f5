"""The list of notes."""


def test_a_new_note_is_listed(client):
    """A new note is on the list."""
    response = client.post("/api/notes", json={"note": {"text": "Tea"}})
    assert response.status_code == 201, "Expected status 201 for a new note."
    assert client.get("/api/notes").json()["notes"] == [response.json()["note"]], "Expected the new note on the list."


def test_a_note_is_edited(client):
    """A note is edited."""
    client.post("/api/notes", json={"note": {"text": "Tea"}})
    client.put("/api/notes/1", json={"note": {"text": "Coffee"}})
    assert client.get("/api/notes/1").json()["note"]["text"] == "Coffee", "Expected the new text of the note."
