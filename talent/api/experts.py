"""Experts over the API: a person's own profile, and those that an organisation posts of its experts."""

from typing import Annotated, TypedDict

import django_filters
from django.db.models import Prefetch, QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import (
    CitySmall,
    Day,
    Moment,
    Names,
    OrganisationSmall,
    answers,
    city_small,
    example,
    moment,
    names_of,
    organisation_small,
)
from accounts.posting_api import PostingResource, addresses, described, organisation_if_named
from accounts.prose import ProseLanguage, SpokenLanguage
from talent.expert_inputs import ExpertInput
from talent.experts import LIFE, copy_expert, create_expert, experts_of, experts_that
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


class NewExpertInput(ExpertInput):
    """An expert as it is written, and which organisation posts it; without one it is the person's own profile."""

    organisation = serializers.UUIDField(allow_null=True, required=False)


# For the schema: one example of each.
AS_WRITTEN = WRITTEN | {"city": "foshan", "skills": [{"skill": SKILL["code"]} | HELD]}
AN_EXPERT = OpenApiExample("An expert", value=AS_WRITTEN, request_only=True)
A_NEW_EXPERT = OpenApiExample("An expert", value=AS_WRITTEN | {"organisation": BODY["id"]}, request_only=True)
A_CLOSING = OpenApiExample("With the reason", value={"why": "On leave for a year."}, request_only=True)


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


@described(
    one="an expert",
    answer=ExpertRead,
    new=NewExpertInput,
    examples=(AN_EXPERT, A_NEW_EXPERT, A_CLOSING),
    says={
        "list": "Those that are published, and one's own and one's organisations' in any state. Newest first.",
        "create": "A new draft for an organisation, or, without one, one's own profile: one a person.",
        "retrieve": "One expert.",
        "update": "All fields anew; what is not given takes its default. What is published is matched again.",
        "partial_update": "The fields given; `skills` replaces all that was stated. What is published is matched "
        "again.",
        "publish": "From now on it is matched, and everybody signed in reads it. It needs a name, a skill and a kind "
        "of advice.\n\nRefused while the organisation that posts it is not verified.",
        "close": "It leaves every list.",
        "copy": "A new draft that says the same, without the key (201).\n\n"
        "One's own profile, of which there is one, is itself a draft again once it was closed (200).",
        "put_by_key": "Makes the expert (201) or rewrites it (200); the same call again changes nothing.\n\n"
        "`external_id` is the organisation's own key for it: up to 100 characters, no slash.",
    },
    but={"copy": {"responses": answers(ExpertRead, 401, 403, 404, 409) | answers(ExpertRead, status=201)}},
)
class ExpertResource(PostingResource[Expert]):
    """Experts: each person's own profile, and those posted by schools, training bases and authorities."""

    ordering_fields = ("created_at", "changed_at", "name_en", "name_zh")
    life, takes = LIFE, ExpertInput
    filterset_class = ExpertFilter

    def get_queryset(self) -> QuerySet[Expert]:
        return as_read(Expert.objects.visible_to(self.request.user))

    def read(self, posting: Expert) -> ExpertRead:
        return expert_read(posting)

    @extend_schema(operation_id="experts_mine_list", summary="My experts", responses=answers(ExpertRead, 401, 422))
    def mine(self, request: Request) -> Response:
        """One's own profile and those of one's organisations, in any state. Newest first."""
        return self.paged(self.filter_queryset(as_read(experts_of(self.person))), self.read)

    def create(self, request: Request) -> Response:
        organisation = organisation_if_named(self.person, request.data, ExpertInput)
        return self.made(create_expert(by=self.person, organisation=organisation, data=request.data))

    def copy(self, request: Request, id: str) -> Response:
        expert = self.posting(id)
        draft = copy_expert(by=self.person, expert=expert)
        return self.as_it_is(draft) if draft.pk == expert.pk else self.made(draft)


urlpatterns = [
    *addresses(ExpertResource),
    path("experts/mine/", ExpertResource.as_view({"get": "mine"}), name="api-experts-mine"),
]
