"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.functional import lazy

from accounts.models import in_active_language

from . import views
from .api import NothingHere

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("skills.urls")),
    path("", include("talent.urls")),
    path("", include("matching.urls")),
    path("", include("enterprises.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    re_path("^api/", NothingHere.as_view()),
]

handler400 = views.bad_request
handler403 = views.not_allowed
handler404 = views.not_found
handler500 = views.crashed

admin.site.site_header = admin.site.site_title = lazy(
    lambda: in_active_language(settings.SITE_NAME["en"], settings.SITE_NAME["zh-hans"]), str
)()
