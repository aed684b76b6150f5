"""What the views of several apps need, and the page for a request that Django can't read."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme


class RejectedFormMixin:
    """For views with a form. If the form is rejected, the status is 422 instead of 200."""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


def bad_request(request, exception):
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, "400.html", {"status": status}, status=status)


def back_to_page(request, otherwise):
    """Redirect to the page that contains the button, if the browser names a page of this site."""
    url = request.headers.get("Referer")
    if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(url)
    return redirect(otherwise)
