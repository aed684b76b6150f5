from flask.testing import FlaskClient


class ArticleFactory:
    """Publishes articles with the editor."""

    defaults = {"title": "Lanterns", "description": "On light.", "body": "They swing."}

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def __call__(self, **fields: str) -> str:
        """Publish an article, and return its URL."""
        response = self.client.post("/editor", data={**self.defaults, **fields})
        assert response.status_code == 302, response.text
        return response.location
