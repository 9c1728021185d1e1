"""Experts over the API: a person's own profile, and those that an organisation posts of its experts."""

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict, cast

import django_filters
from django.db.models import Prefetch, QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api import (
    CitySmall,
    Day,
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
from accounts.errors import FieldError, InvalidInput
from accounts.inputs import checked
from accounts.models import Organisation, User
from accounts.prose import ProseLanguage, SpokenLanguage
from talent.expert_inputs import ExpertClosingInput, ExpertInput
from talent.experts import (
    change_expert,
    close_expert,
    copy_expert,
    create_expert,
    experts_of,
    experts_that,
    publish_expert,
    put_expert,
)
from talent.models import Claim, Expert

from .profile import SKILL, ClaimRead, claim_read

WRITTEN = {
    "name": {"en": "Luo Jingwen", "zh-Hans": "罗静雯"},
    "headline": "Brings small makers onto marketplaces abroad",
    "text": "Twelve years of cross-border retail, six of them advising firms of fewer than fifty people.",
    "language": "en",
    "advice": ["market_entry", "compliance"],
    "fields": ["cross-border-ecommerce", "trade-rules-data-compliance"],
    "travels": True,
    "remote": True,
    "languages": {"zh": 5, "en": 4},
    "days_a_month": 4,
    "available_from": "2027-02-01",
    "external_id": None,
}
EVIDENCE = "Set up the shop reports of eleven firms."
CITY = {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}}
BODY = {"id": "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10", "name": {"en": "Xijiang University", "zh-Hans": "西江大学"}}
HELD = {"level": 5, "evidence": EVIDENCE}


@example(
    {"id": "7d1b8a54-6a55-4f0d-9a65-9b5a5c1d4e01", "organisation": BODY}
    | WRITTEN
    | {
        "city": CITY,
        "skills": [{"skill": SKILL, "source": "self", "confirmed_by": None, "confirmed_at": None} | HELD],
        "status": "published",
        "published_at": "2027-01-12T09:30:00+08:00",
        "closed_at": None,
        "created_at": "2027-01-12T09:10:00+08:00",
        "changed_at": "2027-01-12T09:30:00+08:00",
        "revision": 2,
    }
)
class ExpertRead(TypedDict):
    """An expert, by name: advice is public work. Unknown is null. `status` changes by publishing and closing."""

    id: str
    organisation: Annotated[OrganisationSmall | None, "who posts it; null: the person"]
    external_id: Annotated[str | None, "the organisation's own key"]
    name: Names
    headline: str
    text: str
    language: Annotated[str, ProseLanguage]
    advice: list[Annotated[str, Expert.Advice]]
    fields: Annotated[list[str], "codes of skill groups, as `frameworks/` gives them"]
    city: CitySmall | None
    travels: Annotated[bool | None, "whether the expert comes to the firm"]
    remote: bool | None
    languages: dict[str, int]
    days_a_month: int | None
    available_from: Day | None
    skills: list[ClaimRead]
    status: Annotated[str, Expert.Status]
    published_at: Moment | None
    closed_at: Moment | None
    created_at: Moment
    changed_at: Moment
    revision: Annotated[int, "grows with every change"]


def expert_read(expert: Expert) -> ExpertRead:
    """An expert as it is read; take it through `as_read`, so that a page costs no query a row."""
    return {
        "id": str(expert.public_id),
        "organisation": organisation_small(expert.organisation) if expert.organisation else None,
        "external_id": expert.external_id,
        "name": names_of(expert),
        "headline": expert.headline,
        "text": expert.text,
        "language": expert.language,
        "advice": expert.advice,
        "fields": expert.fields,
        "city": city_small(expert.city),
        "travels": expert.travels,
        "remote": expert.remote,
        "languages": expert.languages,
        "days_a_month": expert.days_a_month,
        "available_from": expert.available_from.isoformat() if expert.available_from else None,
        "skills": [claim_read(claim) for claim in expert.claims.all()],
        "status": expert.status,
        "published_at": moment(expert.published_at),
        "closed_at": moment(expert.closed_at),
        "created_at": moment(expert.created_at) or "",
        "changed_at": moment(expert.changed_at) or "",
        "revision": expert.revision,
    }


def as_read(rows: QuerySet[Expert]) -> QuerySet[Expert]:
    """The rows with all that their shape shows."""
    claims = Claim.objects.filter(withdrawn_at=None).select_related("skill", "confirmer").order_by("id")
    return rows.select_related("organisation", "city").prefetch_related(Prefetch("claims", claims))


# For the schema: the fields as they are written, and one example.
EXPERT = ExpertInput(data={})


class NewExpertInput(ExpertInput):
    """An expert as it is written, and which organisation posts it; without one it is the person's own profile."""

    organisation = serializers.UUIDField(allow_null=True, required=False)


NEW_EXPERT = NewExpertInput(data={})
AS_WRITTEN = WRITTEN | {"city": "foshan", "skills": [{"skill": SKILL["code"]} | HELD]}
AN_EXPERT = [OpenApiExample("An expert", value=AS_WRITTEN, request_only=True)]
A_NEW_EXPERT = [OpenApiExample("An expert", value=AS_WRITTEN | {"organisation": BODY["id"]}, request_only=True)]


A_CLOSING = [OpenApiExample("With the reason", value={"why": "On leave for a year."}, request_only=True)]


def who_posts(person: User, data: Any) -> Organisation | None:
    """The organisation that the body names; one that is not there is told beside all other faults."""
    given = data.get("organisation") if isinstance(data, Mapping) else None
    if given is None:
        return None
    try:
        key = serializers.UUIDField().run_validation(given) if isinstance(given, str) else None
    except serializers.ValidationError:
        key = None
    found = Organisation.objects.visible_to(person).filter(public_id=key).first() if key else None
    if found is not None:
        return found
    faults = [FieldError(("organisation",), "unknown", _("There is no such organisation, or it is not yours."))]
    try:
        checked(ExpertInput(data=data))
    except InvalidInput as wrong:
        faults += wrong.errors
    raise InvalidInput(faults)


class ExpertFilter(django_filters.FilterSet):
    """Which experts a list shows."""

    field = django_filters.CharFilter(method="named", label="the code of a skill group")
    advice = django_filters.ChoiceFilter(choices=Expert.Advice.choices, method="named")
    language = django_filters.ChoiceFilter(choices=SpokenLanguage.choices, method="named")
    city = django_filters.CharFilter(method="named", label="a city's code")

    class Meta:
        model = Expert
        fields: list[str] = []

    def named(self, rows: QuerySet[Expert], name: str, value: str) -> QuerySet[Expert]:
        return experts_that(rows, **{name: value})


class ExpertResource(Resource):
    """Experts: each person's own profile, and those posted by schools, training bases and authorities."""

    filter_backends = [DjangoFilterBackend]
    filterset_class = ExpertFilter

    def get_queryset(self) -> QuerySet[Expert]:
        return as_read(Expert.objects.visible_to(self.request.user)).order_by("-created_at", "public_id")

    def expert(self, id: str) -> Expert:
        return cast(Expert, self.one(self.get_queryset(), public_id=id))

    def as_it_is(self, expert: Expert, **how: Any) -> Response:
        """The expert as it stands now."""
        return Response(expert_read(self.get_queryset().get(pk=expert.pk)), **how)

    @extend_schema(summary="Experts", responses=answers(ExpertRead, 401, 422))
    def list(self, request: Request) -> Response:
        """Those that are published, and one's own and one's organisations' in any state. Newest first."""
        return self.paged(self.filter_queryset(self.get_queryset()), expert_read)

    @extend_schema(operation_id="experts_mine_list", summary="My experts", responses=answers(ExpertRead, 401, 422))
    def mine(self, request: Request) -> Response:
        """One's own profile and those of one's organisations, in any state. Newest first."""
        rows = as_read(experts_of(self.person)).order_by("-created_at", "public_id")
        return self.paged(self.filter_queryset(rows), expert_read)

    @extend_schema(
        summary="Write an expert",
        request=NEW_EXPERT,
        examples=A_NEW_EXPERT,
        responses=answers(ExpertRead, 401, 403, 409, 422, status=201),
    )
    def create(self, request: Request) -> Response:
        """A new draft for an organisation, or, without one, one's own profile: one a person."""
        organisation = who_posts(self.person, request.data)
        return self._made(create_expert(by=self.person, organisation=organisation, data=request.data))

    @extend_schema(summary="An expert", responses=answers(ExpertRead, 401, 404))
    def retrieve(self, request: Request, id: str) -> Response:
        """One expert."""
        return Response(expert_read(self.expert(id)))

    @extend_schema(
        summary="Rewrite an expert",
        request=EXPERT,
        examples=AN_EXPERT,
        responses=answers(ExpertRead, 401, 403, 404, 409, 422),
    )
    def update(self, request: Request, id: str) -> Response:
        """All fields anew; what is not given takes its default. What is published is matched again."""
        return self.as_it_is(change_expert(by=self.person, expert=self.expert(id), data=request.data))

    @extend_schema(
        summary="Change an expert",
        request=EXPERT,
        examples=AN_EXPERT,
        responses=answers(ExpertRead, 401, 403, 404, 409, 422),
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """The fields given; `skills` replaces all that was stated. What is published is matched again."""
        return self.as_it_is(change_expert(by=self.person, expert=self.expert(id), data=request.data, partial=True))

    @extend_schema(
        operation_id="experts_publish",
        summary="Publish an expert",
        request=None,
        responses=answers(ExpertRead, 401, 403, 404, 409, 422),
    )
    def publish(self, request: Request, id: str) -> Response:
        """From now on it is matched, and everybody signed in reads it. It needs a name, a skill and a kind of advice.

        Refused while the organisation that posts it is not verified.
        """
        return self.as_it_is(publish_expert(by=self.person, expert=self.expert(id)))

    @extend_schema(
        operation_id="experts_close",
        summary="Close an expert",
        request={"application/json": ExpertClosingInput},
        examples=A_CLOSING,
        responses=answers(ExpertRead, 401, 403, 404, 409, 422),
    )
    def close(self, request: Request, id: str) -> Response:
        """It leaves every list."""
        expert = self.expert(id)
        why = checked(ExpertClosingInput(data=request.data))["why"]
        return self.as_it_is(close_expert(by=self.person, expert=expert, why=why))

    @extend_schema(
        operation_id="experts_copy",
        summary="Copy an expert",
        request=None,
        responses=answers(ExpertRead, 401, 403, 404, 409) | answers(ExpertRead, status=201),
    )
    def copy(self, request: Request, id: str) -> Response:
        """A new draft that says the same, without the key (201).

        One's own profile, of which there is one, is itself a draft again once it was closed (200).
        """
        expert = self.expert(id)
        draft = copy_expert(by=self.person, expert=expert)
        return self.as_it_is(draft) if draft.pk == expert.pk else self._made(draft)

    @extend_schema(
        operation_id="experts_put_by_key",
        summary="Make or rewrite an expert by your own key",
        request=EXPERT,
        examples=AN_EXPERT,
        responses=answers(ExpertRead, 401, 403, 404, 409, 422) | answers(ExpertRead, status=201),
        tags=["experts"],
    )
    def put_by_key(self, request: Request, id: str, external_id: str) -> Response:
        """Makes the expert (201) or rewrites it (200); the same call again changes nothing.

        `external_id` is the organisation's own key for it: up to 100 characters, no slash.
        """
        organisation = self.one(Organisation.objects.visible_to(self.person), public_id=id)
        expert, new = put_expert(by=self.person, organisation=organisation, external_id=external_id, data=request.data)
        return self._made(expert) if new else self.as_it_is(expert)

    def _made(self, expert: Expert) -> Response:
        place = reverse("api-expert", [expert.public_id], request=self.request)
        return self.as_it_is(expert, status=201, headers={"Location": place})


ONE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update"}

urlpatterns = [
    path("experts/", ExpertResource.as_view({"get": "list", "post": "create"}), name="api-experts"),
    path("experts/mine/", ExpertResource.as_view({"get": "mine"}), name="api-experts-mine"),
    path("experts/<uuid:id>/", ExpertResource.as_view(ONE), name="api-expert"),
    path("experts/<uuid:id>/publish/", ExpertResource.as_view({"post": "publish"}), name="api-expert-publish"),
    path("experts/<uuid:id>/close/", ExpertResource.as_view({"post": "close"}), name="api-expert-close"),
    path("experts/<uuid:id>/copy/", ExpertResource.as_view({"post": "copy"}), name="api-expert-copy"),
    path(
        "organisations/<uuid:id>/experts/<str:external_id>/",
        ExpertResource.as_view({"put": "put_by_key"}),
        name="api-expert-by-key",
    ),
]
