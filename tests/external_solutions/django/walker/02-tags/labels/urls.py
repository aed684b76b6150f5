from django.urls import path

from labels.views import LabelPage

app_name = "labels"

urlpatterns = [path("tag/<path:word>", LabelPage.as_view(), name="page")]
