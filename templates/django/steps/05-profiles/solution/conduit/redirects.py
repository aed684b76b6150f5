"""The way back to the page on which a button was pressed."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request, otherwise):
    """Send the visitor to the address in the form's field `back`, if it is one of this site."""
    address = request.POST.get("back")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(address)
    return redirect(otherwise)
