"""Organisations over the API: registered by anybody, changed by their owner, verified by the platform's staff."""

from typing import Annotated, Any, cast

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api import (
    OR_EMPTY,
    CitySmall,
    Moment,
    OrganisationSmall,
    Resource,
    answers,
    city_small,
    example,
    moment,
    organisation_small,
)
from accounts.models import Membership, Organisation, User, Verification
from accounts.posting_api import Mine
from accounts.registration import OrganisationInput
from enterprises.industries import Industry
from enterprises.markets import Market
from enterprises.models import Enterprise
from enterprises.registration import EnterpriseInput, change, register

ORGANISATION = {"id": "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10", "name": {"en": "Lingnan Lighting", "zh-Hans": "岭南照明"}}
CITY = {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}}
FACTS = {"credit_code": "91440600MA5DEMO018", "industry": "lighting", "size": "50-199"} | {
    "pilot_zone": True,
    "target_markets": ["035", "eu"],
}


@example(
    ORGANISATION
    | FACTS
    | {
        "kind": "enterprise",
        "city": CITY,
        "state": "verified",
        "reason": "",
        "role": "owner",
        "created_at": "2027-01-12T09:30:00+08:00",
    }
)
class OrganisationRead(OrganisationSmall):
    """A registered legal body. `reason` is what the platform's staff said last; it is empty for who is no member."""

    kind: Annotated[str, Organisation.Kind]
    credit_code: Annotated[str | None, "for its members; null for others"]
    city: CitySmall | None
    industry: Annotated[str, Industry, OR_EMPTY]
    size: Annotated[str, Enterprise.Size, OR_EMPTY]
    pilot_zone: bool
    target_markets: list[Annotated[str, Market]]
    state: Annotated[str, Organisation.State]
    reason: str
    role: Annotated[str | None, Membership.Role, "yours in it"]
    created_at: Moment


def organisation_read(organisation: Organisation, reader: User) -> OrganisationRead:
    """An organisation as `organisations_for` reads it."""
    facts = getattr(organisation, "enterprise", None) or Enterprise()
    role = cast(str | None, organisation.role)  # type: ignore[attr-defined]  # annotated below
    within = role is not None or reader.is_staff
    return {
        **organisation_small(organisation),
        "kind": organisation.kind,
        "credit_code": organisation.credit_code if within else None,
        "city": city_small(organisation.city),
        "industry": facts.industry,
        "size": facts.size,
        "pilot_zone": facts.pilot_zone,
        "target_markets": facts.target_markets,
        "state": organisation.state,
        "reason": (within and organisation.reason) or "",  # type: ignore[attr-defined]
        "role": role,
        "created_at": moment(organisation.created_at) or "",
    }


def organisations_for(person: User) -> QuerySet[Organisation]:
    """The organisations that the person may see, with their role there and what staff said last."""
    role = Membership.objects.filter(user_id=person.pk, organisation=OuterRef("pk")).values("role")
    reason = Verification.objects.filter(organisation=OuterRef("pk")).order_by("-id").values("reason")
    rows = Organisation.objects.visible_to(person).select_related("city", "enterprise")
    return rows.annotate(role=Subquery(role[:1]), reason=Subquery(reason[:1]))


# For the schema: an enterprise states more than the other kinds do.
BODY = PolymorphicProxySerializer(
    component_name="NewOrganisation",
    serializers=[EnterpriseInput(data={}), OrganisationInput(data={})],
    resource_type_field_name=None,
)
WRITTEN = {"name": ORGANISATION["name"], "city": CITY["code"]}
A_BODY = [
    OpenApiExample("An enterprise", value={"kind": "enterprise"} | WRITTEN | FACTS, request_only=True),
    OpenApiExample(
        "A training base",
        value={"kind": "training_base", "credit_code": FACTS["credit_code"]} | WRITTEN,
        request_only=True,
    ),
]


class OrganisationFilter(django_filters.FilterSet):
    """Which organisations a list shows."""

    mine = Mine("id")

    class Meta:
        model = Organisation
        fields: list[str] = []


class OrganisationResource(Resource):
    """Organisations: registered by anybody, changed by their owner, verified by the platform's staff."""

    filter_backends = [DjangoFilterBackend]
    filterset_class = OrganisationFilter

    def get_queryset(self) -> QuerySet[Organisation]:
        return organisations_for(self.person).order_by("-created_at", "public_id")

    def shape(self, organisation: Organisation) -> OrganisationRead:
        return organisation_read(organisation, self.person)

    @extend_schema(summary="Organisations", responses=answers(OrganisationRead, 401))
    def list(self, request: Request) -> Response:
        """Verified organisations, and one's own in any state; newest first."""
        return self.paged(self.filter_queryset(self.get_queryset()), self.shape)

    @extend_schema(
        summary="Register an organisation",
        request=BODY,
        examples=A_BODY,
        responses=answers(OrganisationRead, 401, 422, status=201),
    )
    def create(self, request: Request) -> Response:
        """It is pending until the platform's staff have verified it; who registers it is its owner.

        Without a `kind` it is an enterprise; only an enterprise states industry, size, pilot zone and target markets.
        """
        made = register(by=self.person, data=request.data)
        place = reverse("api-organisation", [made.public_id], request=request)
        return Response(self.shape(self.get_queryset().get(pk=made.pk)), status=201, headers={"Location": place})

    @extend_schema(summary="An organisation", responses=answers(OrganisationRead, 401, 404))
    def retrieve(self, request: Request, id: str) -> Response:
        """One organisation."""
        return Response(self.shape(self.one(self.get_queryset(), public_id=id)))

    @extend_schema(
        summary="Rewrite an organisation",
        request=BODY,
        examples=A_BODY,
        responses=answers(OrganisationRead, 401, 403, 404, 422),
    )
    def update(self, request: Request, id: str) -> Response:
        """All fields anew, by an owner; the kind stays.

        One that was sent back is put before the staff again. So is a verified one whose `name` or `credit_code` is
        another now: it is `pending` until they have verified it anew, and nothing of it is published or matched.
        """
        return self._changed(id, partial=False)

    @extend_schema(
        summary="Change an organisation",
        request=BODY,
        examples=A_BODY,
        responses=answers(OrganisationRead, 401, 403, 404, 422),
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """The fields given, by an owner; what is put before the staff again is told beside PUT."""
        return self._changed(id, partial=True)

    def _changed(self, id: str, *, partial: bool) -> Response:
        organisation = self.one(self.get_queryset(), public_id=id)
        change(by=self.person, organisation=organisation, data=self.request.data, partial=partial)
        return Response(self.shape(self.get_queryset().get(pk=organisation.pk)))


ONE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update"}

urlpatterns = [
    path("organisations/", OrganisationResource.as_view({"get": "list", "post": "create"}), name="api-organisations"),
    path("organisations/<uuid:id>/", OrganisationResource.as_view(ONE), name="api-organisation"),
]
