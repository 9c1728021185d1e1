"""The cities of the region over the API."""

from typing import Annotated

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from .api import CitySmall, Resource, answers, example, names_of
from .models import City


@example({"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}, "pilot_zone": True})
class CityRead(CitySmall):
    """A city of the region."""

    pilot_zone: Annotated[bool, "whether it has a cross-border e-commerce pilot zone"]


def city_read(city: City) -> CityRead:
    return {"code": city.code, "name": names_of(city), "pilot_zone": city.pilot_zone}


class CityResource(Resource):
    """The cities of the region."""

    permission_classes = [AllowAny]

    @extend_schema(summary="Cities", responses=answers(CityRead))
    def list(self, request: Request) -> Response:
        """The cities that needs and profiles name by `code`."""
        return self.paged(City.objects.order_by("code"), city_read)

    @extend_schema(summary="A city", responses=answers(CityRead, 404))
    def retrieve(self, request: Request, code: str) -> Response:
        """One city by its code."""
        return Response(city_read(self.one(City.objects.all(), code=code)))


urlpatterns = [
    path("cities/", CityResource.as_view({"get": "list"}), name="api-cities"),
    path("cities/<slug:code>/", CityResource.as_view({"get": "retrieve"}), name="api-city"),
]
