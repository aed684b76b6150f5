"""Tests that only look at status codes."""

from conduit.models import Note
from django.test import TestCase


class StatusTests(TestCase):
    def expect(self, response, status):
        self.assertEqual(response.status_code, status)

    def test_list(self):
        self.expect(self.client.get("/"), 200)

    def test_add(self):
        self.expect(self.client.post("/notes", {"text": "Tea <b>"}), 302)
        self.expect(self.client.post("/notes", {"text": "Cake"}), 302)
        self.expect(self.client.get("/"), 200)
        self.expect(self.client.post("/notes", {"text": ""}), 422)

    def test_edit(self):
        url = f"/notes/{Note.objects.create(text='Tea').pk}/edit"
        self.expect(self.client.get(url), 200)
        self.expect(self.client.post(url, {"text": "Coffee"}), 302)
        self.expect(self.client.post(url, {"text": ""}), 422)
        self.expect(self.client.get("/notes/999/edit"), 404)
