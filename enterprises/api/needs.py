"""Needs and their areas over the API."""

from typing import Annotated, Any, TypedDict

import django_filters
from django.db.models import Prefetch, QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

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
from accounts.posting_api import PostingFilter, PostingResource, addresses, described
from accounts.prose import ProseLanguage, WorkKind
from enterprises.inputs import NeedInput
from enterprises.models import Area, Need, NeedSkill, Period, paid_per
from enterprises.publishing import LIFE
from skills.api import SkillSmall, skill_small

from .organisations import CITY, ORGANISATION

# Shapes ---------------------------------------------------------------------------------------------------------------
AREA = {"code": "cross-border-ecommerce", "name": {"en": "Cross-border e-commerce", "zh-Hans": "跨境电商"}}
SKILL = {"code": "DT0012", "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"}}
ASKED = {"min_level": 3, "weight": 1.0, "essential": True}
WRITTEN = {
    "title": "Data analyst for our shops abroad",
    "text": "Reads traffic and sales of our stores in Southeast Asia and says what to do next.",
    "language": "en",
    "kind": "job",
    "remote": False,
    "languages": {"en": 3},
    "headcount": 2,
    "starts_on": "2027-03-01",
    "pay": {"min": "9000.00", "max": "13000.00", "currency": "CNY", "per": "month"},
    "external_id": None,
}


class AreaSmall(TypedDict):
    """A need area as other objects show it."""

    code: str
    name: Names


@example(AREA | {"description": {"en": "Selling to buyers abroad online.", "zh-Hans": "面向海外买家的线上销售。"}})
class AreaRead(AreaSmall):
    """What a need can be about, in the terms of digital trade."""

    description: Names


class SkillAsked(TypedDict):
    """One skill that a need asks for."""

    skill: SkillSmall
    min_level: int
    weight: float
    essential: bool


class Pay(TypedDict):
    """Pay, from and up to; amounts are decimals in quotes. Training and advice are paid in all, other work by month."""

    min: str | None
    max: str | None
    currency: str
    per: Annotated[str, Period]


@example(
    WRITTEN
    | {
        "id": "7b1d6c1f-6c0a-4f43-9a39-0d1c4a5b8e22",
        "organisation": ORGANISATION,
        "area": AREA,
        "skills": [{"skill": SKILL} | ASKED],
        "city": CITY,
        "status": "published",
        "published_at": "2027-01-12T09:30:00+08:00",
        "closed_at": None,
        "created_at": "2027-01-12T09:10:00+08:00",
        "changed_at": "2027-01-12T09:30:00+08:00",
        "revision": 2,
    }
)
class NeedRead(TypedDict):
    """What an enterprise asks for. `text` and `title` are in `language`; `status` changes by publishing and closing."""

    id: str
    organisation: OrganisationSmall
    external_id: Annotated[str | None, "the organisation's own key"]
    title: str
    text: str
    language: Annotated[str, ProseLanguage]
    kind: Annotated[str, WorkKind]
    area: AreaSmall | None
    skills: list[SkillAsked]
    city: CitySmall | None
    remote: bool
    languages: Annotated[dict[str, int], "language to the level that is asked at least"]
    headcount: Annotated[int, "people; for training the people to train, for advice the days"]
    starts_on: Day | None
    pay: Pay | None
    status: Annotated[str, Need.Status]
    published_at: Moment | None
    closed_at: Moment | None
    created_at: Moment
    changed_at: Moment
    revision: Annotated[int, "grows with every change"]


def area_small(area: Area | None) -> AreaSmall | None:
    return {"code": area.code, "name": names_of(area)} if area else None


def area_read(area: Area) -> AreaRead:
    return {
        "code": area.code,
        "name": names_of(area),
        "description": {"en": area.description_en, "zh-Hans": area.description_zh},
    }


def need_read(need: Need) -> NeedRead:
    """A need as it is read; take it from `needs_for`, so that a page costs no query a row."""
    pay: Pay | None = None
    if need.pay_min is not None or need.pay_max is not None:
        lower, upper = (None if bound is None else f"{bound:.2f}" for bound in (need.pay_min, need.pay_max))
        pay = {"min": lower, "max": upper, "currency": need.pay_currency, "per": paid_per(need.kind).value}
    return {
        "id": str(need.public_id),
        "organisation": organisation_small(need.organisation),
        "external_id": need.external_id,
        "title": need.title,
        "text": need.text,
        "language": need.language,
        "kind": need.kind,
        "area": area_small(need.area),
        "skills": [
            {
                "skill": skill_small(row.skill),
                "min_level": row.min_level,
                "weight": row.weight,
                "essential": row.essential,
            }
            for row in need.skills.all()
        ],
        "city": city_small(need.city),
        "remote": need.remote,
        "languages": need.languages,
        "headcount": need.headcount,
        "starts_on": need.starts_on.isoformat() if need.starts_on else None,
        "pay": pay,
        "status": need.status,
        "published_at": moment(need.published_at),
        "closed_at": moment(need.closed_at),
        "created_at": moment(need.created_at) or "",
        "changed_at": moment(need.changed_at) or "",
        "revision": need.revision,
    }


def needs_for(person: Any) -> QuerySet[Need]:
    """The needs that the person may see, with all that `need_read` looks at."""
    rows = Need.objects.visible_to(person).select_related("organisation", "area", "city")
    return rows.prefetch_related(Prefetch("skills", NeedSkill.objects.select_related("skill").order_by("id")))


# What is sent ---------------------------------------------------------------------------------------------------------
class NewNeedInput(NeedInput):
    """A new need. A draft needs `organisation`, `title`, `language`, `kind`, and `text` or `skills`."""

    organisation = serializers.UUIDField(help_text="Whose need it is; this does not change later.")


# For the schema: one example of each.
WRITTEN_NEED = WRITTEN | {"area": AREA["code"], "skills": [{"skill": SKILL["code"]} | ASKED], "city": CITY["code"]}
A_NEED = OpenApiExample("A need", value=WRITTEN_NEED, request_only=True)
A_NEW_NEED = OpenApiExample("A new need", value={"organisation": ORGANISATION["id"]} | WRITTEN_NEED, request_only=True)
A_CLOSING = OpenApiExample("A reason", value={"why": "The places are taken."}, request_only=True)


# Filters --------------------------------------------------------------------------------------------------------------
class NeedFilter(PostingFilter):
    """Which needs a list shows."""

    kind = django_filters.ChoiceFilter(choices=WorkKind.choices)
    area = django_filters.CharFilter(field_name="area__code", label="an area's code")
    city = django_filters.CharFilter(field_name="city__code", label="a city's code")

    class Meta:
        model = Need
        fields: list[str] = []


# Resources ------------------------------------------------------------------------------------------------------------
@described(
    one="a need",
    answer=NeedRead,
    new=NewNeedInput,
    examples=(A_NEED, A_NEW_NEED, A_CLOSING),
    says={
        "list": "One's organisations' needs in any state; for people with a profile, also what is published. "
        "Newest first.",
        "create": "A new draft for an organisation.",
        "retrieve": "One need.",
        "update": "All fields anew; what is not given takes its default. What is published is matched again.",
        "partial_update": "The fields given; `skills` replaces them all. What is published is matched again.",
        "publish": "From now on it is matched and seen. Refused while its organisation is not verified, "
        "or without skills.",
        "close": "It leaves every list, for good.",
        "copy": "A new draft that asks for the same, from a need in any state; a day of start that has passed is "
        "left out.",
        "put_by_key": "Makes the need (201) or rewrites it (200); the same call again changes nothing.\n\n"
        "`external_id` is the organisation's own key for it: up to 100 characters, no slash.",
    },
)
class NeedResource(PostingResource[Need]):
    """Needs: written as drafts, published, changed and closed by their organisation's owners and editors."""

    life, takes = LIFE, NeedInput
    filterset_class = NeedFilter

    def get_queryset(self) -> QuerySet[Need]:
        return needs_for(self.request.user)

    def read(self, posting: Need) -> NeedRead:
        return need_read(posting)


class AreaResource(Resource):
    """What a need can be about. Readable without a token."""

    permission_classes = [AllowAny]

    @extend_schema(summary="Need areas", responses=answers(AreaRead))
    def list(self, request: Request) -> Response:
        """The areas that needs name by `code`."""
        return self.paged(Area.objects.order_by("code"), area_read)

    @extend_schema(summary="A need area", responses=answers(AreaRead, 404))
    def retrieve(self, request: Request, code: str) -> Response:
        """One area by its code."""
        return Response(area_read(self.one(Area.objects.all(), code=code)))


urlpatterns = [
    *addresses(NeedResource),
    path("areas/", AreaResource.as_view({"get": "list"}), name="api-areas"),
    path("areas/<slug:code>/", AreaResource.as_view({"get": "retrieve"}), name="api-area"),
]
