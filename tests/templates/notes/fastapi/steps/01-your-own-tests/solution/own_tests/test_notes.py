"""The list of notes."""


def add(client, text):
    return client.post("/api/notes", json={"note": {"text": text}})


def texts(client):
    return [note["text"] for note in client.get("/api/notes").json()["notes"]]


def test_newest_note_is_first(client):
    add(client, "Tea")
    add(client, 'She said: "Cake!"')

    assert texts(client) == ['She said: "Cake!"', "Tea"]


def test_blank_note_is_rejected(client):
    assert add(client, " ").status_code == 422
    assert texts(client) == []


def test_note_is_edited(client):
    number = add(client, "Tea").json()["note"]["id"]
    client.put(f"/api/notes/{number}", json={"note": {"text": "Coffee"}})

    assert client.get(f"/api/notes/{number}").json()["note"]["text"] == "Coffee"
