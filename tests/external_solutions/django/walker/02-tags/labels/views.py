from articles.views import ArticleList


class LabelPage(ArticleList):
    """The articles that carry one tag."""

    def get_queryset(self):
        return super().get_queryset().filter(labels__word=self.kwargs["word"])
