from django.contrib.auth import get_user_model
from django.test import TestCase

ARTICLE = {"title": "<Tea>", "description": "Hot.", "body": "Boil water."}


class StatusTests(TestCase):
    def setUp(self):
        self.client.force_login(get_user_model().objects.create_user("ann", "ann@example.org", "correct horse"))

    def test_pages_work(self):
        for url in ("/", "/about", "/editor", "/settings"):
            with self.subTest(url=url):
                self.assertEqual(self.client.get(url).status_code, 200)

    def test_publishing_works(self):
        response = self.client.post("/editor", ARTICLE)
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.client.get(response.url).status_code, 200)
        self.assertEqual(self.client.get("/").status_code, 200)

    def test_blank_title_is_rejected(self):
        self.assertEqual(self.client.post("/editor", {**ARTICLE, "title": ""}).status_code, 422)

    def test_editing_works(self):
        article = self.client.post("/editor", ARTICLE).url
        response = self.client.post(article.replace("/article/", "/editor/"), {**ARTICLE, "title": "Coffee"})
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.client.get(article).status_code, 200)
