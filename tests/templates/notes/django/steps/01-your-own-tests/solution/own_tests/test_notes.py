"""The list of notes."""

from conduit.models import Note
from django.test import TestCase


class NotesTests(TestCase):
    def test_new_note_is_first(self):
        Note.objects.create(text="Tea")
        response = self.client.post("/notes", {"text": "<b>Cake</b>"}, follow=True)

        self.assertRedirects(response, "/")
        self.assertContains(response, "&lt;b&gt;Cake&lt;/b&gt;", count=1)
        page = response.content.decode()
        self.assertLess(page.index("Cake"), page.index("Tea"))

    def test_blank_note_is_rejected(self):
        response = self.client.post("/notes", {"text": " "})

        self.assertContains(response, "This field is required", status_code=422)

    def test_note_is_edited(self):
        note = Note.objects.create(text="Tea")
        self.client.post(f"/notes/{note.pk}/edit", {"text": "Coffee"})

        note.refresh_from_db()
        self.assertEqual(note.text, "Coffee")
