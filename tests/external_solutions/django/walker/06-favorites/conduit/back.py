"""The way back to where a button stood."""

from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request, otherwise):
    """Lead to the address that the form brought along, where it is one of this site."""
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if here and back.startswith("/") else otherwise.get_absolute_url())
