"""Training bases over the API; those of verified bodies are read without a token."""

from typing import Annotated, Any, TypedDict, cast

import django_filters
from django.db.models import Prefetch, QuerySet
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api import (
    CitySmall,
    Moment,
    Names,
    OrganisationSmall,
    Resource,
    answers,
    city_small,
    example,
    moment,
    names_of,
    organisation_small,
)
from accounts.inputs import WhyInput, checked
from accounts.models import Organisation
from accounts.posting_api import Mine, organisation_named
from skills.api import SkillSmall, skill_small
from skills.models import Skill
from talent.base_inputs import TrainingBaseInput
from talent.bases import change_base, close_base, create_base, put_base
from talent.models import TrainingBase

from .courses import A_CLOSING, BASE, BODY, CITY, SKILL

WRITTEN = {
    "external_id": None,
    "name": BASE["name"],
    "address": "Hall 3, Songhu Road 18",
    "equipment": "Twelve mobile robots, a conveyor, a cell with machine vision.",
    "capacity": 40,
}


@example(
    {"id": BASE["id"], "organisation": BODY}
    | WRITTEN
    | {
        "city": CITY,
        "specialities": [SKILL],
        "closed_at": None,
        "created_at": "2027-01-12T09:10:00+08:00",
        "changed_at": "2027-01-12T09:30:00+08:00",
        "revision": 2,
    }
)
class TrainingBaseRead(TypedDict):
    """A place to train at: whose it is, where it stands, and what it is equipped for."""

    id: str
    organisation: OrganisationSmall
    external_id: Annotated[str | None, "the organisation's own key"]
    name: Names
    city: CitySmall | None
    address: str
    equipment: str
    capacity: Annotated[int | None, "how many people it takes at once"]
    specialities: list[SkillSmall]
    closed_at: Moment | None
    created_at: Moment
    changed_at: Moment
    revision: Annotated[int, "grows with every change"]


def base_read(base: TrainingBase) -> TrainingBaseRead:
    """A base as it is read; take it from `bases_for`, so that a page costs no query a row."""
    return {
        "id": str(base.public_id),
        "organisation": organisation_small(base.organisation),
        "external_id": base.external_id,
        "name": names_of(base),
        "city": city_small(base.city),
        "address": base.address,
        "equipment": base.equipment,
        "capacity": base.capacity,
        "specialities": [skill_small(skill) for skill in base.specialities.all()],
        "closed_at": moment(base.closed_at),
        "created_at": moment(base.created_at) or "",
        "changed_at": moment(base.changed_at) or "",
        "revision": base.revision,
    }


def bases_for(person: Any) -> QuerySet[TrainingBase]:
    """The bases that the person may see, newest first, with all that `base_read` looks at."""
    rows = TrainingBase.objects.visible_to(person).select_related("organisation", "city")
    return rows.prefetch_related(Prefetch("specialities", Skill.objects.order_by("id"))).order_by(
        "-created_at", "public_id"
    )


class NewTrainingBaseInput(TrainingBaseInput):
    """A new base: `organisation` and `name` are needed."""

    organisation = serializers.UUIDField(help_text="Whose base it is; this does not change later.")


# For the schema: the fields, and one example of each.
BASE_INPUT, NEW_BASE = TrainingBaseInput(data={}), NewTrainingBaseInput(data={})
VALUE = WRITTEN | {"city": CITY["code"], "specialities": [SKILL["code"]]}
A_BASE = [OpenApiExample("A base", value=VALUE, request_only=True)]
A_NEW_BASE = [OpenApiExample("A new base", value={"organisation": BODY["id"]} | VALUE, request_only=True)]


class TrainingBaseFilter(django_filters.FilterSet):
    """Which bases a list shows."""

    organisation = django_filters.UUIDFilter(field_name="organisation__public_id", label="an organisation's id")
    city = django_filters.CharFilter(field_name="city__code", label="a city's code")
    skill = django_filters.CharFilter(field_name="specialities__code", label="a speciality's code")
    mine = Mine()

    class Meta:
        model = TrainingBase
        fields: list[str] = []


class TrainingBaseResource(Resource):
    """Training bases: written, changed and closed by their organisation's owners and editors."""

    permission_classes = [IsAuthenticatedOrReadOnly]
    filter_backends = [DjangoFilterBackend]
    filterset_class = TrainingBaseFilter

    def get_queryset(self) -> QuerySet[TrainingBase]:
        return bases_for(self.request.user)

    def base(self, id: str) -> TrainingBase:
        return cast(TrainingBase, self.one(self.get_queryset(), public_id=id))

    def as_it_is(self, base: TrainingBase, **how: Any) -> Response:
        """The base as it stands now."""
        return Response(base_read(self.get_queryset().get(pk=base.pk)), **how)

    @extend_schema(summary="Training bases", responses=answers(TrainingBaseRead, 422))
    def list(self, request: Request) -> Response:
        """Those of verified bodies for everybody; one's own organisations' in any state. Newest first."""
        return self.paged(self.filter_queryset(self.get_queryset()), base_read)

    @extend_schema(
        summary="Write a training base",
        request=NEW_BASE,
        examples=A_NEW_BASE,
        responses=answers(TrainingBaseRead, 401, 403, 409, 422, status=201),
    )
    def create(self, request: Request) -> Response:
        """A new base of a school or a training base; it is seen once its organisation is verified."""
        organisation = organisation_named(self.person, request.data, TrainingBaseInput)
        return self._made(create_base(by=self.person, organisation=organisation, data=request.data))

    @extend_schema(summary="A training base", responses=answers(TrainingBaseRead, 404))
    def retrieve(self, request: Request, id: str) -> Response:
        """One base."""
        return Response(base_read(self.base(id)))

    @extend_schema(
        summary="Rewrite a training base",
        request=BASE_INPUT,
        examples=A_BASE,
        responses=answers(TrainingBaseRead, 401, 403, 404, 409, 422),
    )
    def update(self, request: Request, id: str) -> Response:
        """All fields anew; what is not given takes its default."""
        return self.as_it_is(change_base(by=self.person, base=self.base(id), data=request.data))

    @extend_schema(
        summary="Change a training base",
        request=BASE_INPUT,
        examples=A_BASE,
        responses=answers(TrainingBaseRead, 401, 403, 404, 409, 422),
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """The fields given; `specialities` replaces them all."""
        return self.as_it_is(change_base(by=self.person, base=self.base(id), data=request.data, partial=True))

    @extend_schema(
        operation_id="bases_close",
        summary="Close a training base",
        request={"application/json": WhyInput},
        examples=[A_CLOSING],
        responses=answers(TrainingBaseRead, 401, 403, 404, 409, 422),
    )
    def close(self, request: Request, id: str) -> Response:
        """Nothing takes place here any more. Refused while runs still do."""
        base = self.base(id)
        why = checked(WhyInput(data=request.data))["why"]
        return self.as_it_is(close_base(by=self.person, base=base, why=why))

    @extend_schema(
        operation_id="bases_put_by_key",
        summary="Make or rewrite a training base by your own key",
        request=BASE_INPUT,
        examples=A_BASE,
        responses=answers(TrainingBaseRead, 401, 403, 404, 409, 422) | answers(TrainingBaseRead, status=201),
        tags=["bases"],
    )
    def put_by_key(self, request: Request, id: str, external_id: str) -> Response:
        """Makes the base (201) or rewrites it (200); the same call again changes nothing."""
        organisation = self.one(Organisation.objects.visible_to(self.person), public_id=id)
        base, new = put_base(by=self.person, organisation=organisation, external_id=external_id, data=request.data)
        return self._made(base) if new else self.as_it_is(base)

    def _made(self, base: TrainingBase) -> Response:
        place = reverse("api-base", [base.public_id], request=self.request)
        return self.as_it_is(base, status=201, headers={"Location": place})


ONE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update"}

urlpatterns = [
    path("bases/", TrainingBaseResource.as_view({"get": "list", "post": "create"}), name="api-bases"),
    path("bases/<uuid:id>/", TrainingBaseResource.as_view(ONE), name="api-base"),
    path("bases/<uuid:id>/close/", TrainingBaseResource.as_view({"post": "close"}), name="api-base-close"),
    path(
        "organisations/<uuid:id>/bases/<str:external_id>/",
        TrainingBaseResource.as_view({"put": "put_by_key"}),
        name="api-base-by-key",
    ),
]
