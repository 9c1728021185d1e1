"""Every address under `/api/v1/`: each room names its own."""

from typing import Any

from django.urls import path as address
from django.urls import resolve
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

import accounts.cities_api
import accounts.members_api
import accounts.tokens_api
import enterprises.api
import matching.api
import skills.api
import talent.api
from accounts.api import Methods
from accounts.errors import NotFound

from . import schema

__all__ = ["NothingHere", "schema", "urlpatterns"]  # `schema` registers what drf-spectacular must know

STARTS = {
    "tokens": "api-tokens",
    "organisations": "api-organisations",
    "needs": "api-needs",
    "profile": "api-profile",
    "programs": "api-programs",
    "experts": "api-experts",
    "courses": "api-courses",
    "bases": "api-bases",
    "matches": "api-my-matches",
    "skills": "api-skills",
    "frameworks": "api-frameworks",
    "cities": "api-cities",
    "areas": "api-areas",
    "schema": "api-schema",
    "docs": "api-docs",
}


class Root(APIView):
    """Where a reader starts: the addresses of the resources."""

    permission_classes = [AllowAny]
    metadata_class = Methods

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response({word: reverse(name, request=request) for word, name in STARTS.items()})


class NothingHere(APIView):
    """What stands at no address: not found, in the voice of the API, whatever the method and whoever asks."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if getattr(resolve(request.path_info + "/").func, "cls", None) is NothingHere:
            raise NotFound(_("There is nothing at this address."))
        raise NotFound(_("There is nothing at this address; with a slash at its end there is."))


urlpatterns = [
    address("", Root.as_view(), name="api-root"),
    *accounts.tokens_api.urlpatterns,
    *accounts.members_api.urlpatterns,
    *accounts.cities_api.urlpatterns,
    *skills.api.urlpatterns,
    *talent.api.urlpatterns,
    *enterprises.api.urlpatterns,
    *matching.api.urlpatterns,
    address("schema/", SpectacularAPIView.as_view(generator_class=schema.KeptGenerator), name="api-schema"),
    address(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="config/docs.html"),
        name="api-docs",
    ),
]
