"""Readiness over the API: assessed and read by an enterprise's own people, read by the platform's staff."""

from typing import Annotated, Any, TypedDict

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Moment, OrganisationSmall, Resource, answers, example, moment, organisation_small
from accounts.errors import NotFound
from accounts.models import Organisation
from enterprises.models import Assessment
from enterprises.questionnaire import DIMENSIONS, VERSION, scores
from enterprises.readiness import (
    AssessmentInput,
    assess_readiness,
    assessments_for,
    may_see_readiness,
    put_assessment,
)

from .organisations import ORGANISATION

ANSWERS = {
    question.code: place % 4 + 1 for dimension in DIMENSIONS for place, question in enumerate(dimension.questions)
}


@example(
    {
        "id": "3a4c1d7e-5b1f-4f6e-9c57-7e0d2a6b9f10",
        "organisation": ORGANISATION,
        "external_id": None,
        "version": VERSION,
        "answers": ANSWERS,
        "scores": scores(ANSWERS),
        "at": "2027-01-12T09:30:00+08:00",
    }
)
class AssessmentRead(TypedDict):
    """How ready an enterprise found itself on one day."""

    id: str
    organisation: OrganisationSmall
    external_id: Annotated[str | None, "the organisation's own key"]
    version: Annotated[str, "of the questions"]
    answers: Annotated[dict[str, int], "0 (not at all) to 4 by question"]
    scores: Annotated[dict[str, float], "0 to 1 by dimension: the mean of its answers over 4"]
    at: Moment


def assessment_read(assessment: Assessment) -> AssessmentRead:
    return {
        "id": str(assessment.public_id),
        "organisation": organisation_small(assessment.organisation),
        "external_id": assessment.external_id,
        "version": assessment.version,
        "answers": assessment.answers,
        "scores": scores(assessment.answers),
        "at": moment(assessment.at) or "",
    }


AN_ASSESSMENT = [OpenApiExample("An assessment", value={"answers": ANSWERS}, request_only=True)]
ASSESSMENT = AssessmentInput(data={})


class ReadinessResource(Resource):
    """Self-assessments of an enterprise, kept over time; its members and the platform's staff see them."""

    def enterprise(self, id: str) -> Organisation:
        """The enterprise, for those who may see how ready it is; for others there is nothing here."""
        found: Organisation = self.one(Organisation.objects.visible_to(self.person), public_id=id)
        if not may_see_readiness(self.person, found):
            raise NotFound
        return found

    @extend_schema(
        operation_id="readiness_list", summary="Readiness of an enterprise", responses=answers(AssessmentRead, 401, 404)
    )
    def list(self, request: Request, id: str) -> Response:
        """Its assessments, newest first."""
        rows = assessments_for(self.person).filter(organisation=self.enterprise(id)).select_related("organisation")
        return self.paged(rows.order_by("-at", "public_id"), assessment_read)

    @extend_schema(
        operation_id="readiness_assess",
        summary="Assess readiness",
        request=ASSESSMENT,
        examples=AN_ASSESSMENT,
        responses=answers(AssessmentRead, 401, 403, 404, 422, status=201),
    )
    def create(self, request: Request, id: str) -> Response:
        """A new assessment beside the earlier ones; every question is answered."""
        made = assess_readiness(by=self.person, organisation=self.enterprise(id), data=request.data)
        return Response(assessment_read(made), status=201)

    @extend_schema(
        operation_id="readiness_put_by_key",
        summary="Make or correct an assessment by your own key",
        request=ASSESSMENT,
        examples=AN_ASSESSMENT,
        responses=answers(AssessmentRead, 401, 403, 404, 422) | answers(AssessmentRead, status=201),
    )
    def put_by_key(self, request: Request, id: str, external_id: str) -> Response:
        """Makes the assessment (201) or corrects it (200), which keeps its day; the same call again changes nothing.

        `external_id` is the organisation's own key for it: up to 100 characters, no slash.
        """
        organisation = self.enterprise(id)
        kept, new = put_assessment(
            by=self.person, organisation=organisation, external_id=external_id, data=request.data
        )
        return Response(assessment_read(kept), status=201 if new else 200)


ALL: dict[str, Any] = {"get": "list", "post": "create"}

urlpatterns = [
    path("organisations/<uuid:id>/readiness/", ReadinessResource.as_view(ALL), name="api-readiness"),
    path(
        "organisations/<uuid:id>/readiness/<str:external_id>/",
        ReadinessResource.as_view({"put": "put_by_key"}),
        name="api-readiness-by-key",
    ),
]
