"""Lists of matches over the API: a need's candidates of each kind, and a candidate's needs, each with its reasons."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import (
    Resource,
    answers,
)
from accounts.permissions import Act, demand
from enterprises.models import Need
from talent.models import Course, Expert, Profile, Program

from . import gap_courses_api
from .explaining import FIRM, OWNER, STUDENT, explain_pairs
from .lists import OpenedList, demand_matches, first_rank, open_list
from .match_shapes import (
    Matches,
    NeedSubject,
    Subject,
    candidate_subject,
    match_list_read,
    match_read,
    need_subject,
    people_under_pseudonyms,
)
from .models import Match, Ranking
from .pairs import BY_CANDIDATES, PairKind

KINDS = tuple(BY_CANDIDATES)
USUAL = str(Ranking.Candidates.STUDENTS)
P = TypeVar("P", Program, Course, Expert)

PAGING = [
    OpenApiParameter("page_size", int, description="how many a page, at most 100"),
    OpenApiParameter("cursor", str, description="from `next` or `previous`"),
]
WHICH = OpenApiParameter("kind", str, enum=list(KINDS), default=USUAL, description="the kind of candidate")


class MatchResource(Resource):
    """Lists of matches."""

    @extend_schema(
        operation_id="needs_matches",
        summary="Who fits a need",
        parameters=[WHICH, *PAGING],
        responses=answers(Matches, 401, 403, 404, 422),
        tags=["needs"],
    )
    def of_need(self, request: Request, id: str) -> Response:
        """The need's candidates of one kind, best first, for members of its organisation; people under pseudonyms.

        A need has no list of a kind that it is not matched with (`other_kind`): advice is not what a course leads to.
        """
        need = self.one(Need.objects.visible_to(self.person).select_related("organisation"), public_id=id)
        demand(self.person, Act.SEE_MATCHES, need.organisation)
        kind = _kind_named(request.query_params.get("kind", USUAL))

        def subjects(page: list[Match]) -> Iterable[Subject]:
            if kind.under_pseudonyms:
                return people_under_pseudonyms(need.organisation, page)
            return [candidate_subject(match.pair.candidate) for match in page]

        return self._answer(open_list(need, kind), FIRM, subjects)

    @extend_schema(
        operation_id="profiles_me_matches",
        summary="Which needs suit me",
        parameters=PAGING,
        responses=answers(Matches, 401, 404),
        tags=["profiles"],
    )
    def mine(self, request: Request) -> Response:
        """The needs that fit one's own profile, best first."""
        profile = self.one(Profile.objects.visible_to(self.person), user=self.person)
        return self._answer(open_list(profile), STUDENT, _needs_of)

    @extend_schema(
        operation_id="programs_matches",
        summary="Which needs a program's graduates fit",
        parameters=PAGING,
        responses=answers(Matches, 401, 403, 404),
        tags=["programs"],
    )
    def of_program(self, request: Request, id: str) -> Response:
        """The needs that the program's graduates fit, best first, for members of its organisation."""
        return self._of_posting(Program.objects.visible_to(self.person), id)

    @extend_schema(
        operation_id="courses_matches",
        summary="Which needs a course leads to",
        parameters=PAGING,
        responses=answers(Matches, 401, 403, 404),
        tags=["courses"],
    )
    def of_course(self, request: Request, id: str) -> Response:
        """The needs whose gaps the course closes, best first, for members of its organisation."""
        return self._of_posting(Course.objects.visible_to(self.person), id)

    @extend_schema(
        operation_id="experts_matches",
        summary="Which needs suit an expert",
        parameters=PAGING,
        responses=answers(Matches, 401, 403, 404),
        tags=["experts"],
    )
    def of_expert(self, request: Request, id: str) -> Response:
        """The needs that suit the expert, best first, for the expert and for members of their organisation."""
        return self._of_posting(Expert.objects.visible_to(self.person), id)

    def _of_posting(self, seen: QuerySet[P], id: str) -> Response:
        posting = self.one(seen.select_related("organisation"), public_id=id)
        demand_matches(self.person, posting)
        return self._answer(open_list(posting), OWNER, _needs_of)

    def _answer(self, opened: OpenedList, viewer: str, subjects_of: Callable[[list[Match]], Iterable[Any]]) -> Response:
        page = cast(list[Match], self.paginate_queryset(opened.matches.order_by("position")) or [])
        rank = first_rank(opened, page)
        pairs = [(match.pair.need, match.pair.candidate) for match in page]
        reasons = explain_pairs(pairs, viewer=viewer) if pairs else []
        rows = zip(page, reasons, subjects_of(page), strict=True)
        paged = self.get_paginated_response(
            [match_read(match, rank + place, why, subject) for place, (match, why, subject) in enumerate(rows)]
        ).data
        answer: Matches = {
            "state": cast(Any, opened.state),
            "reason": opened.reason,
            "list": match_list_read(opened.current) if opened.current else None,
            "eligible": opened.eligible,
            "excluded": [{"condition": cast(Any, name), "count": count} for name, count in opened.excluded],
            "results": paged["results"],
            "next": paged["next"],
            "previous": paged["previous"],
        }
        return Response(answer)


def _needs_of(page: list[Match]) -> Iterable[NeedSubject]:
    return [need_subject(match.pair.need) for match in page]


def _kind_named(name: str) -> PairKind:
    if name in BY_CANDIDATES:
        return BY_CANDIDATES[name]
    fault = ErrorDetail(_("“%(name)s” is not one of the choices.") % {"name": name[:60]}, "invalid_choice")
    raise ValidationError({"kind": [fault]})


urlpatterns = [
    path("needs/<uuid:id>/matches/", MatchResource.as_view({"get": "of_need"}), name="api-need-matches"),
    path("profiles/me/matches/", MatchResource.as_view({"get": "mine"}), name="api-my-matches"),
    path("programs/<uuid:id>/matches/", MatchResource.as_view({"get": "of_program"}), name="api-program-matches"),
    path("courses/<uuid:id>/matches/", MatchResource.as_view({"get": "of_course"}), name="api-course-matches"),
    path("experts/<uuid:id>/matches/", MatchResource.as_view({"get": "of_expert"}), name="api-expert-matches"),
    *gap_courses_api.urlpatterns,
]
