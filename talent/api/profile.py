"""A person's own profile over the API."""

from typing import Annotated, Any, TypedDict, cast

from django.db import transaction
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api import Day, Moment, OrganisationSmall, Resource, answers, example, moment, organisation_small
from accounts.prose import ProseLanguage, WorkKind
from skills.api import SkillSmall, skill_small
from talent.inputs import ProfileInput
from talent.models import Claim, Profile
from talent.profiles import change_profile, create_profile

WRITTEN = {
    "name": "Chen Yitong",
    "contact": "yitong@students.example",
    "adult": True,
    "headline": "Data analysis for shops abroad",
    "text": "Two years of dashboards for a student shop.",
    "language": "en",
    "city": "foshan",
    "moves": True,
    "remote": None,
    "kinds": ["job", "internship"],
    "languages": {"en": 4},
    "available_from": "2027-02-01",
    "matching": True,
}
SKILL = {"code": "DT0012", "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"}}
EVIDENCE = "A course project with the shop's sales."


class ClaimRead(TypedDict):
    """Who says that the person has a skill at a level. The person writes those whose source is `self` or `text`."""

    skill: SkillSmall
    level: int
    source: Annotated[str, Claim.Source]
    evidence: str
    confirmed_by: OrganisationSmall | None
    confirmed_at: Moment | None


@example(
    {"id": "c1a5c2de-9d7b-4c0f-8d0b-7a86c6f0f3d4"}
    | WRITTEN
    | {
        "claims": [
            {
                "skill": SKILL,
                "level": 4,
                "source": "self",
                "evidence": EVIDENCE,
                "confirmed_by": None,
                "confirmed_at": None,
            }
        ]
    }
)
class ProfileRead(TypedDict):
    """A profile as its person reads it; nobody else does. Unknown is null. `city` is a code, as it is written."""

    id: str
    name: Annotated[str, "shown to a firm only after the person's yes"]
    contact: Annotated[str, "shown to a firm only after the person's yes"]
    adult: bool | None
    headline: str
    text: str
    language: Annotated[str, ProseLanguage]
    city: str | None
    moves: bool | None
    remote: bool | None
    kinds: list[Annotated[str, WorkKind]]
    languages: dict[str, int]
    available_from: Day | None
    matching: Annotated[bool, "off: in no list, at once"]
    claims: list[ClaimRead]


def claim_read(claim: Claim) -> ClaimRead:
    return {
        "skill": skill_small(claim.skill),
        "level": claim.level,
        "source": claim.source,
        "evidence": claim.evidence,
        "confirmed_by": organisation_small(claim.confirmer) if claim.confirmer else None,
        "confirmed_at": moment(claim.confirmed_at),
    }


def profile_read(profile: Profile) -> ProfileRead:
    claims = profile.claims.filter(withdrawn_at=None).select_related("skill", "confirmer").order_by("id")
    return {
        "id": str(profile.public_id),
        "name": profile.name,
        "contact": profile.contact,
        "adult": profile.adult,
        "headline": profile.headline,
        "text": profile.text,
        "language": profile.language,
        "city": profile.city.code if profile.city else None,
        "moves": profile.moves,
        "remote": profile.remote,
        "kinds": profile.kinds,
        "languages": profile.languages,
        "available_from": profile.available_from.isoformat() if profile.available_from else None,
        "matching": profile.matching,
        "claims": [claim_read(claim) for claim in claims],
    }


# For the schema: the fields, and one example.
PROFILE = ProfileInput(data={})
WRITTEN_PROFILE = WRITTEN | {"claims": [{"skill": SKILL["code"], "level": 4, "evidence": EVIDENCE}]}
A_PROFILE = [OpenApiExample("A profile", value=WRITTEN_PROFILE, request_only=True)]


class ProfileResource(Resource):
    """One's own profile; there is at most one."""

    def profile(self) -> Profile:
        mine = Profile.objects.visible_to(self.person).select_related("city")
        return cast(Profile, self.one(mine, user=self.person))

    @extend_schema(summary="My profile", responses=answers(ProfileRead, 401, 404))
    def retrieve(self, request: Request) -> Response:
        """All that it holds, confirmed claims included. Not found where there is none yet."""
        return Response(profile_read(self.profile()))

    @extend_schema(
        summary="Make my profile",
        request={"application/json": PROFILE},
        examples=A_PROFILE,
        responses=answers(ProfileRead, 401, 409, 422, status=201),
    )
    def create(self, request: Request) -> Response:
        """A profile with the fields given; without any it is empty, and matching is off."""
        with transaction.atomic():
            profile = create_profile(by=self.person)
            if request.data != {}:
                change_profile(by=self.person, profile=profile, data=request.data, partial=True)
        place = reverse("api-profile", request=request)
        return Response(profile_read(self.profile()), status=201, headers={"Location": place})

    @extend_schema(
        summary="Rewrite my profile",
        request=PROFILE,
        examples=A_PROFILE,
        responses=answers(ProfileRead, 401, 404, 422),
    )
    def update(self, request: Request) -> Response:
        """All fields anew; what is not given takes its default. Confirmed claims are not touched."""
        change_profile(by=self.person, profile=self.profile(), data=request.data)
        return Response(profile_read(self.profile()))

    @extend_schema(
        summary="Change my profile",
        request=PROFILE,
        examples=A_PROFILE,
        responses=answers(ProfileRead, 401, 404, 422),
    )
    def partial_update(self, request: Request) -> Response:
        """The fields given; `claims` replaces the self-declared ones. Confirmed claims are not touched."""
        change_profile(by=self.person, profile=self.profile(), data=request.data, partial=True)
        return Response(profile_read(self.profile()))


MINE: dict[str, Any] = {"get": "retrieve", "post": "create", "put": "update", "patch": "partial_update"}

urlpatterns = [path("profiles/me/", ProfileResource.as_view(MINE), name="api-profile")]
