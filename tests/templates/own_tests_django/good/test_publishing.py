import re

from django.contrib.auth import get_user_model
from django.test import Client, TransactionTestCase


class PublishingTests(TransactionTestCase):
    """Signs up like a visitor, and sends each form with its CSRF token."""

    def setUp(self):
        self.mia = Client(enforce_csrf_checks=True)
        self.send("/register", "/register", username="mia", email="mia@example.org", password="a long password")
        self.assertTrue(get_user_model().objects.filter(username="mia").exists())

    def page(self, url):
        return self.mia.get(url).content.decode()

    def send(self, form, url, **fields):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page(form))[1]
        return self.mia.post(url, {"csrfmiddlewaretoken": token, **fields})

    def publish(self, **changes):
        article = {"title": "Tea", "description": "Hot.", "body": "Boil water."}
        return self.send("/editor", "/editor", **(article | changes)).headers.get("Location", "")

    def test_new_article_is_on_the_home_page_once(self):
        self.publish(title="Green tea")
        self.assertContains(self.mia.get("/"), "<h1>Green tea</h1>", count=1)

    def test_home_page_starts_with_the_newest(self):
        self.publish(title="Old")
        self.publish(title="New")
        page = self.page("/")
        self.assertLess(page.index(">New<"), page.index(">Old<"))

    def test_article_needs_a_title(self):
        response = self.send("/editor", "/editor", title="", description="Hot.", body="Boil water.")
        self.assertContains(response, "required", status_code=422)

    def test_tags_in_a_title_are_harmless(self):
        self.publish(title="<i>Tea</i>")
        page = self.page("/")
        self.assertIn("&lt;i&gt;Tea&lt;/i&gt;", page)
        self.assertNotIn("<i>Tea", page)

    def test_author_can_correct_an_article(self):
        url = self.publish(body="Boil watr.")
        editor = url.replace("article", "editor", 1)
        self.send(editor, editor, title="Tea", description="Hot.", body="Boil water twice.")
        page = self.page(url)
        self.assertIn("Boil water twice.", page)
        self.assertNotIn("watr", page)
