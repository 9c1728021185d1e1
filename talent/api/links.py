"""Links of students over the API: a person's schools, a school's students, and what the school confirms of one."""

from typing import Annotated, Any, TypedDict, cast

import django_filters
from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api import Moment, OrganisationSmall, Resource, answers, example, moment, organisation_small
from accounts.inputs import checked
from accounts.models import Organisation
from accounts.permissions import Act, demand
from skills.models import Skill
from talent.confirming import confirm_claim, withdraw_confirmation
from talent.link_inputs import AnswerInput, ConfirmationInput, LinkInput, StudentInput, TakingBackInput
from talent.links import (
    answer_link,
    ask_link,
    ask_student,
    end_link,
    links_of_person,
    links_of_school,
    take_back_question,
)
from talent.models import Claim, Profile, StudentLink

from .profile import ClaimRead, claim_read

PROGRAM = {"id": "d0b7c7f0-54d1-4f57-9a3d-7a3b7f2e6c11", "title": "Digital trade"}
SCHOOL = {"id": "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10", "name": {"en": "Lingnan Academy", "zh-Hans": "岭南书院"}}
LINK = {
    "id": "6a1d3f5e-8a43-4d7f-b0c7-3f0f6b0b9d21",
    "program": PROGRAM,
    "state": "confirmed",
    "asked_by": "student",
    "asked_at": "2027-01-12T09:30:00+08:00",
    "answered_at": "2027-01-13T10:00:00+08:00",
    "ended_at": None,
}
CLAIM = {
    "skill": {"code": "DT0012", "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"}},
    "level": 4,
    "source": "university",
    "evidence": "Passed the examination of the course.",
    "confirmed_by": SCHOOL,
    "confirmed_at": "2027-01-13T10:00:00+08:00",
}
SENT = gettext_noop("The request was sent, if this address is here.")
TAKEN_BACK = gettext_noop("What this address was asked is taken back, if it waited for an answer.")


class ProgramSmall(TypedDict):
    """A program as other objects show it."""

    id: str
    title: str


class LinkState(TypedDict):
    """How a link stands: asked by one side, true once the other said yes."""

    id: str
    program: ProgramSmall | None
    state: Annotated[str, StudentLink.State]
    asked_by: Annotated[str, StudentLink.AskedBy]
    asked_at: Moment
    answered_at: Moment | None
    ended_at: Moment | None


@example(LINK | {"organisation": SCHOOL})
class SchoolLinkRead(LinkState):
    """A person's link to a school or training base, as the person reads it."""

    organisation: OrganisationSmall


@example(LINK | {"name": "Chen Yitong"})
class StudentRead(LinkState):
    """A student as their school reads them: the name and the program; `id` is the link's."""

    name: str


@example({"detail": SENT})
class Sent(TypedDict):
    """The answer to every question to an address, whether anybody has it or not."""

    detail: str


@example({"claims": [CLAIM]})
class StudentClaims(TypedDict):
    """Who says that the student has which skill, and at which level.

    `evidence` is given where the school itself wrote it; what the person noted is theirs.
    """

    claims: list[ClaimRead]


def link_state(link: StudentLink) -> LinkState:
    program = link.program
    return {
        "id": str(link.public_id),
        "program": {"id": str(program.public_id), "title": program.title} if program else None,
        "state": link.state,
        "asked_by": link.asked_by,
        "asked_at": moment(link.asked_at) or "",
        "answered_at": moment(link.answered_at),
        "ended_at": moment(link.ended_at),
    }


def school_link_read(link: StudentLink) -> SchoolLinkRead:
    return {**link_state(link), "organisation": organisation_small(link.organisation)}


def student_read(link: StudentLink) -> StudentRead:
    return {**link_state(link), "name": link.profile.name}


def claims_seen(link: StudentLink) -> StudentClaims:
    """The claims that a school reads: all while the link stands, its own after it has ended, none before."""
    rows = Claim.objects.filter(profile_id=link.profile_id, withdrawn_at=None)
    if link.state != StudentLink.State.CONFIRMED:
        ended = link.state == StudentLink.State.ENDED
        rows = rows.filter(confirmer_id=link.organisation_id) if ended else rows.none()
    own = link.organisation_id
    read = [(claim, claim_read(claim)) for claim in rows.select_related("skill", "confirmer").order_by("id")]
    return {"claims": [shape if claim.confirmer_id == own else {**shape, "evidence": ""} for claim, shape in read]}


A_LINK = [
    OpenApiExample("A school", value={"organisation": SCHOOL["id"], "program": PROGRAM["id"]}, request_only=True),
]
AN_ADDRESS = [OpenApiExample("An address", value={"email": "yitong@students.example"}, request_only=True)]
A_STUDENT = [
    OpenApiExample(
        "A student", value={"email": "yitong@students.example", "program": PROGRAM["id"]}, request_only=True
    ),
]
AN_ANSWER = [OpenApiExample("Yes", value={"accept": True}, request_only=True)]
A_CONFIRMATION = [
    OpenApiExample(
        "A skill",
        value={"skill": "DT0012", "level": 4, "evidence": "Passed the examination of the course."},
        request_only=True,
    )
]


CONFIRMATION = ConfirmationInput(data={})


class LinkResource(Resource):
    """One's own links to schools and training bases."""

    def profile(self) -> Profile:
        return cast(Profile, self.one(Profile.objects.visible_to(self.person), user=self.person))

    def link(self, id: str) -> StudentLink:
        return cast(StudentLink, self.one(links_of_person(self.profile()), public_id=id))

    def as_it_is(self, link: StudentLink, **how: Any) -> Response:
        return Response(school_link_read(self.link(str(link.public_id))), **how)

    @extend_schema(
        operation_id="profiles_me_links_list",
        summary="My schools",
        responses=answers(SchoolLinkRead, 401, 404),
        tags=["profiles"],
    )
    def list(self, request: Request) -> Response:
        """What stands, waits or has ended between oneself and schools or training bases; newest first."""
        return self.paged(links_of_person(self.profile()).order_by("-asked_at", "public_id"), school_link_read)

    @extend_schema(
        operation_id="profiles_me_links_create",
        summary="Ask a school for a link",
        request=LinkInput,
        examples=A_LINK,
        responses=answers(SchoolLinkRead, 401, 404, 409, 422, status=201),
        tags=["profiles"],
    )
    def create(self, request: Request) -> Response:
        """The school says yes or no. Where it asked first, this is the yes."""
        self.profile()
        link = ask_link(by=self.person, **checked(LinkInput(data=request.data)))
        place = reverse("api-my-link", [link.public_id], request=request)
        return self.as_it_is(link, status=201, headers={"Location": place})

    @extend_schema(
        operation_id="profiles_me_links_retrieve",
        summary="One of my schools",
        responses=answers(SchoolLinkRead, 401, 404),
        tags=["profiles"],
    )
    def retrieve(self, request: Request, id: str) -> Response:
        """One link."""
        return Response(school_link_read(self.link(id)))

    @extend_schema(
        operation_id="profiles_me_links_answer",
        summary="Answer a school",
        request={"application/json": AnswerInput},
        examples=AN_ANSWER,
        responses=answers(SchoolLinkRead, 401, 403, 404, 409, 422),
        tags=["profiles"],
    )
    def answer(self, request: Request, id: str) -> Response:
        """Yes or no to what the school asked. After a no it asks no more."""
        link = self.link(id)
        answered = answer_link(by=self.person, link=link, **checked(AnswerInput(data=request.data)))
        return Response(school_link_read(answered))

    @extend_schema(
        operation_id="profiles_me_links_end",
        summary="End a link to a school",
        request=None,
        responses=answers(SchoolLinkRead, 401, 404, 409),
        tags=["profiles"],
    )
    def end(self, request: Request, id: str) -> Response:
        """What the school confirmed stays until the school withdraws it."""
        return self.as_it_is(end_link(by=self.person, link=self.link(id)))


class StudentFilter(django_filters.FilterSet):
    """Which students a list shows."""

    state = django_filters.ChoiceFilter(choices=StudentLink.State.choices)

    class Meta:
        model = StudentLink
        fields: list[str] = []


class StudentResource(Resource):
    """A school's students, for its owners and editors."""

    filter_backends = [DjangoFilterBackend]
    filterset_class = StudentFilter

    def get_queryset(self) -> QuerySet[StudentLink]:
        return StudentLink.objects.visible_to(self.person)  # for the schema; each school's own are taken below

    def school(self, id: str) -> Organisation:
        """The school, if the person may see its students."""
        school = cast(Organisation, self.one(Organisation.objects.visible_to(self.person), public_id=id))
        demand(self.person, Act.SEE_STUDENTS, school)
        return school

    def link(self, school: Organisation, link: str) -> StudentLink:
        rows = links_of_school(school).select_related("profile", "program", "organisation")
        return cast(StudentLink, self.one(rows, public_id=link))

    @extend_schema(
        operation_id="organisations_students_list",
        summary="Students of a school",
        responses=answers(StudentRead, 401, 403, 404, 422),
        tags=["organisations"],
    )
    def list(self, request: Request, id: str) -> Response:
        """Who asked, who is linked, and who has left with a confirmation that stands; newest first.

        Whom the school itself asked is here once the person said yes.
        """
        rows = self.filter_queryset(links_of_school(self.school(id)))
        return self.paged(rows.order_by("-asked_at", "public_id"), student_read)

    @extend_schema(
        operation_id="organisations_students_ask",
        summary="Ask a student for a link",
        request=StudentInput,
        examples=A_STUDENT,
        responses=answers(Sent, 401, 403, 404, 409, 422, status=202),
        tags=["organisations"],
    )
    def create(self, request: Request, id: str) -> Response:
        """The answer is the same whether anybody has this address or not. At most 500 addresses a day."""
        school = self.school(id)
        ask_student(by=self.person, organisation=school, **checked(StudentInput(data=request.data)))
        sent: Sent = {"detail": _(SENT)}
        return Response(sent, status=202)

    @extend_schema(
        operation_id="organisations_students_take_back",
        summary="Take back what a student was asked",
        request=TakingBackInput,
        examples=AN_ADDRESS,
        responses=answers(Sent, 401, 403, 404, 409, 422, status=202),
        tags=["organisations"],
    )
    def take_back(self, request: Request, id: str) -> Response:
        """The question is gone from the profile of whoever has this address and did not answer.

        The answer is the same whether there was such a question or not.
        """
        school = self.school(id)
        take_back_question(by=self.person, organisation=school, **checked(TakingBackInput(data=request.data)))
        sent: Sent = {"detail": _(TAKEN_BACK)}
        return Response(sent, status=202)

    @extend_schema(
        operation_id="organisations_students_retrieve",
        summary="A student of a school",
        responses=answers(StudentRead, 401, 403, 404),
        tags=["organisations"],
    )
    def retrieve(self, request: Request, id: str, link: str) -> Response:
        """Name, program and how the link stands; never the profile's text or contact."""
        return Response(student_read(self.link(self.school(id), link)))

    @extend_schema(
        operation_id="organisations_students_answer",
        summary="Answer a student",
        request={"application/json": AnswerInput},
        examples=AN_ANSWER,
        responses=answers(StudentRead, 401, 403, 404, 409, 422),
        tags=["organisations"],
    )
    def answer(self, request: Request, id: str, link: str) -> Response:
        """Yes or no to what the student asked."""
        found = self.link(self.school(id), link)
        answered = answer_link(by=self.person, link=found, **checked(AnswerInput(data=request.data)))
        return Response(student_read(answered))

    @extend_schema(
        operation_id="organisations_students_end",
        summary="End a link with a student",
        request=None,
        responses=answers(StudentRead, 401, 403, 404, 409),
        tags=["organisations"],
    )
    def end(self, request: Request, id: str, link: str) -> Response:
        """What was confirmed stays until it is withdrawn."""
        return Response(student_read(end_link(by=self.person, link=self.link(self.school(id), link))))

    @extend_schema(
        operation_id="organisations_students_claims_list",
        summary="Skills of a student",
        responses=answers(StudentClaims, 401, 403, 404),
        tags=["organisations"],
    )
    def claims(self, request: Request, id: str, link: str) -> Response:
        """All claims while the link stands; after its end those that the school confirmed."""
        return Response(claims_seen(self.link(self.school(id), link)))

    @extend_schema(
        operation_id="organisations_students_claims_confirm",
        summary="Confirm a skill of a student",
        request={"application/json": CONFIRMATION},
        examples=A_CONFIRMATION,
        responses=answers(StudentClaims, 401, 403, 404, 409, 422),
        tags=["organisations"],
    )
    def confirm(self, request: Request, id: str, link: str) -> Response:
        """The school stands for the skill at this level. Sent again it is changed; the same again does nothing."""
        school = self.school(id)
        found = self.link(school, link)
        given = checked(ConfirmationInput(data=request.data))
        confirm_claim(by=self.person, organisation=school, profile=found.profile, **given)
        return Response(claims_seen(found))

    @extend_schema(
        operation_id="organisations_students_claims_withdraw",
        summary="Withdraw a confirmation",
        responses=answers(None, 401, 403, 404, 409, status=204),
        tags=["organisations"],
    )
    def withdraw(self, request: Request, id: str, link: str, skill: str) -> Response:
        """The school no longer stands for this skill; what the person says of it stays."""
        school = self.school(id)
        found = self.link(school, link)
        named = self.one(Skill.objects.filter(framework__current=True), code=skill)
        withdraw_confirmation(by=self.person, organisation=school, profile=found.profile, skill=named)
        return Response(status=204)


MINE: dict[str, Any] = {"get": "list", "post": "create"}
CLAIMS: dict[str, Any] = {"get": "claims", "post": "confirm"}
STUDENT = "organisations/<uuid:id>/students/<uuid:link>/"

urlpatterns = [
    path("profiles/me/links/", LinkResource.as_view(MINE), name="api-my-links"),
    path("profiles/me/links/<uuid:id>/", LinkResource.as_view({"get": "retrieve"}), name="api-my-link"),
    path("profiles/me/links/<uuid:id>/answer/", LinkResource.as_view({"post": "answer"}), name="api-my-link-answer"),
    path("profiles/me/links/<uuid:id>/end/", LinkResource.as_view({"post": "end"}), name="api-my-link-end"),
    path("organisations/<uuid:id>/students/", StudentResource.as_view(MINE), name="api-students"),
    path(
        "organisations/<uuid:id>/students/take-back/",
        StudentResource.as_view({"post": "take_back"}),
        name="api-students-take-back",
    ),
    path(STUDENT, StudentResource.as_view({"get": "retrieve"}), name="api-student"),
    path(f"{STUDENT}answer/", StudentResource.as_view({"post": "answer"}), name="api-student-answer"),
    path(f"{STUDENT}end/", StudentResource.as_view({"post": "end"}), name="api-student-end"),
    path(f"{STUDENT}claims/", StudentResource.as_view(CLAIMS), name="api-student-claims"),
    path(f"{STUDENT}claims/<str:skill>/", StudentResource.as_view({"delete": "withdraw"}), name="api-student-claim"),
]
