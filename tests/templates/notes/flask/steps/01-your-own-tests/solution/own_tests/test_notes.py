"""The list of notes."""

import re


def notes(client):
    return re.findall(r'<li class="note">(.*?) <a', client.get("/").text)


def test_newest_note_is_first(client):
    client.post("/notes", data={"text": "Tea"})
    client.post("/notes", data={"text": "Cake"})

    assert notes(client) == ["Cake", "Tea"]


def test_blank_note_is_rejected(client):
    response = client.post("/notes", data={"text": " "})

    assert response.status_code == 422
    assert "blank" in response.text
    assert notes(client) == []


def test_html_is_escaped(client):
    client.post("/notes", data={"text": "<b>Tea</b>"})

    assert notes(client) == ["&lt;b&gt;Tea&lt;/b&gt;"]


def test_note_is_edited(client):
    client.post("/notes", data={"text": "Tea"})
    client.post("/notes/1/edit", data={"text": "Coffee"})

    assert notes(client) == ["Coffee"]
