from django.contrib.auth import get_user_model
from django.test import TestCase


class PageTests(TestCase):
    def test_home(self):
        self.client.get("/")

    def test_publish_and_edit(self):
        self.client.force_login(get_user_model().objects.create_user("ann", "ann@example.org"))
        self.client.post("/editor", {"title": "Tea", "description": "Hot.", "body": "Boil water."})
        self.client.post("/editor", {"title": "", "description": "", "body": ""})
        self.client.post("/editor/tea", {"title": "Coffee", "description": "Hot.", "body": "Boil water."})
        self.client.get("/article/tea")
