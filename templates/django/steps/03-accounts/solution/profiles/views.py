from django.views.generic import DetailView

from accounts.models import User


class ProfilePage(DetailView):
    """Who somebody is."""

    model = User
    slug_field = slug_url_kwarg = "username"
    context_object_name = "person"  # and not "user": that is whoever looks at the page
    template_name = "profiles/profile.html"
