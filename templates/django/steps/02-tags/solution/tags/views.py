from articles.views import ArticleList


class TagPage(ArticleList):
    """The articles that carry a tag. Where none does, the list is empty."""

    def get_queryset(self):
        return super().get_queryset().filter(tags__name=self.kwargs["name"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(tag=self.kwargs["name"], **kwargs)
