"""What views of several apps have in common, and the page for a request that cannot be read."""

from django.core.exceptions import RequestDataTooBig
from django.shortcuts import render


class RefusingFormMixin:
    """For a view with a form: what is refused is shown again with status 422, and not 200 as if all were well."""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


def bad_request(request, exception):
    """The page for a request that makes no sense, or that is too long."""
    too_long = isinstance(exception, RequestDataTooBig)
    return render(request, "400.html", {"too_long": too_long}, status=413 if too_long else 400)
