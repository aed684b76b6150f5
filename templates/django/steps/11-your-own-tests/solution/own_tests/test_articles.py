"""Users publish and edit articles."""

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from selectolax.lexbor import LexborHTMLParser


class ArticleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = get_user_model().objects.create_user("ann", "ann@example.org")

    def setUp(self):
        self.client.force_login(self.ann)

    def send(self, url, title, body="At length."):
        """Send the form of the editor. Return the response."""
        return self.client.post(url, {"title": title, "description": "In short.", "body": body})

    def publish(self, title):
        """Publish an article. Return its URL."""
        response = self.send("/editor", title)
        self.assertEqual(response.status_code, 302)
        return response.url

    def texts(self, url, selector):
        page = LexborHTMLParser(self.client.get(url).content)
        return [element.text() for element in page.css(selector)]

    def titles(self):
        return self.texts("/", ".article-preview h1")

    def test_newest_article_is_first(self):
        self.publish("Bread")
        self.publish("Soup")

        self.assertEqual(self.titles(), ["Soup", "Bread"])

    def test_html_in_a_title_is_shown_as_text(self):
        self.publish("<b>Bread</b>")

        self.assertEqual(self.titles(), ["<b>Bread</b>"])

    def test_blank_title_is_rejected(self):
        response = self.send("/editor", " ")

        self.assertEqual(response.status_code, 422)
        self.assertEqual(self.titles(), [])

    def test_edited_article_has_the_new_text(self):
        article = self.publish("Bread")

        self.send(article.replace("/article/", "/editor/"), "Rye bread", "With sourdough.")

        self.assertEqual(self.texts(article, ".article-page h1"), ["Rye bread"])
        self.assertEqual(self.texts(article, ".article-content p"), ["With sourdough."])

    def test_more_articles_need_no_more_queries(self):
        self.publish("Bread")
        with CaptureQueriesContext(connection) as queries:
            self.client.get("/")
        few = len(queries)
        self.publish("Soup")

        with self.assertNumQueries(few):
            self.client.get("/")
