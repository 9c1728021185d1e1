"""Programs and their intakes over the API."""

from typing import Annotated, Any, TypedDict, cast

import django_filters
from django.db.models import Prefetch, QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api import (
    CitySmall,
    Day,
    Moment,
    OrganisationSmall,
    Resource,
    answers,
    city_small,
    example,
    moment,
    organisation_small,
)
from accounts.posting_api import Mine, PostingFilter, PostingResource, addresses, described
from accounts.prose import ProseLanguage, SpokenLanguage
from skills.api import SkillSmall, skill_small
from talent.models import Claim, Course, Intake, Program, ProgramCourse
from talent.program_inputs import IntakeInput, ProgramInput
from talent.programs import LIFE, add_intake, change_intake, remove_intake

# Shapes ---------------------------------------------------------------------------------------------------------------
SCHOOL = {
    "id": "3b0f7a6e-52c1-4d0e-9f86-2f6a1c9d7e31",
    "name": {"en": "Yuehai University of Commerce", "zh-Hans": "粤海商务大学"},
}
CITY = {"code": "guangzhou", "name": {"en": "Guangzhou", "zh-Hans": "广州"}}
SKILL = {"code": "DT0012", "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"}}
COURSE = {"id": "8f3e2a10-4a5b-4f0c-9a5e-3a1f6b7c8d90", "title": "Market data, 48 hours"}
STATED = {"level": 3, "evidence": "Dashboards for a partner shop, in year three."}
WRITTEN = {
    "external_id": None,
    "title": "Digital trade (B.B.A.)",
    "text": "Students run a shop abroad for two terms and report on it each month.",
    "language": "en",
    "study": "bachelor",
    "major_code": "120803T",
    "taught_in": "zh",
}
AN_INTAKE: dict[str, Any] = {
    "external_id": "2027-autumn",
    "enrols_from": "2027-06-01",
    "enrols_until": "2027-07-31",
    "starts_on": "2027-09-01",
    "ends_on": "2031-06-30",
    "places": 120,
    "graduates": 112,
}
INTAKE_ID = {"id": "1f4d2c3b-6a7e-4c58-8b1d-0e9f8a7b6c5d"}


class SkillStated(TypedDict):
    """One skill, and the level of it that graduates reach."""

    skill: SkillSmall
    level: int
    evidence: str


class CourseSmall(TypedDict):
    """A course as other objects show it."""

    id: str
    title: str


@example(INTAKE_ID | AN_INTAKE | {"city": CITY})
class IntakeRead(TypedDict):
    """One start of a program: when one can enrol, when it starts and ends, how many it takes and lets go."""

    id: str
    external_id: Annotated[str | None, "the school's own key"]
    enrols_from: Day | None
    enrols_until: Day | None
    starts_on: Day
    ends_on: Day
    city: CitySmall | None
    places: int
    graduates: Annotated[int | None, "how many are expected to finish"]


@example(
    {"id": "d2b7c1a4-0e5f-4b63-9c7a-5f1e8d3c2b10", "organisation": SCHOOL}
    | WRITTEN
    | {
        "city": CITY,
        "skills": [{"skill": SKILL} | STATED],
        "courses": [COURSE],
        "intakes": [INTAKE_ID | AN_INTAKE | {"city": CITY}],
        "status": "published",
        "published_at": "2027-01-12T09:30:00+08:00",
        "closed_at": None,
        "created_at": "2027-01-12T09:10:00+08:00",
        "changed_at": "2027-01-12T09:30:00+08:00",
        "revision": 2,
    }
)
class ProgramRead(TypedDict):
    """What a school posts: a major or a short program. `status` changes by publishing and closing."""

    id: str
    organisation: OrganisationSmall
    external_id: Annotated[str | None, "the school's own key"]
    title: str
    text: str
    language: Annotated[str, ProseLanguage]
    study: Annotated[str, Program.Study]
    major_code: Annotated[str, "of the Ministry's catalogue; empty where there is none"]
    taught_in: Annotated[str, SpokenLanguage]
    city: CitySmall | None
    skills: Annotated[list[SkillStated], "what graduates reach"]
    courses: Annotated[list[CourseSmall], "in order; those that the reader may see"]
    intakes: list[IntakeRead]
    status: Annotated[str, Program.Status]
    published_at: Moment | None
    closed_at: Moment | None
    created_at: Moment
    changed_at: Moment
    revision: Annotated[int, "grows with every change"]


def intake_read(intake: Intake) -> IntakeRead:
    return {
        "id": str(intake.public_id),
        "external_id": intake.external_id,
        "enrols_from": intake.enrols_from.isoformat() if intake.enrols_from else None,
        "enrols_until": intake.enrols_until.isoformat() if intake.enrols_until else None,
        "starts_on": intake.starts_on.isoformat(),
        "ends_on": intake.ends_on.isoformat(),
        "city": city_small(intake.city),
        "places": intake.places,
        "graduates": intake.graduates,
    }


def program_read(program: Program) -> ProgramRead:
    """A program as it is read; take it from `programs_for`, so that a page costs no query a row."""
    return {
        "id": str(program.public_id),
        "organisation": organisation_small(program.organisation),
        "external_id": program.external_id,
        "title": program.title,
        "text": program.text,
        "language": program.language,
        "study": program.study,
        "major_code": program.major_code,
        "taught_in": program.taught_in,
        "city": city_small(program.city),
        "skills": [
            {"skill": skill_small(row.skill), "level": row.level, "evidence": row.evidence}
            for row in program.claims.all()
        ],
        "courses": [{"id": str(place.course.public_id), "title": place.course.title} for place in program.places.all()],
        "intakes": [intake_read(intake) for intake in program.intakes.all()],
        "status": program.status,
        "published_at": moment(program.published_at),
        "closed_at": moment(program.closed_at),
        "created_at": moment(program.created_at) or "",
        "changed_at": moment(program.changed_at) or "",
        "revision": program.revision,
    }


def programs_for(person: Any) -> QuerySet[Program]:
    """The programs that the person may see, with all that `program_read` looks at."""
    stated = Claim.objects.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None).select_related("skill")
    places = ProgramCourse.objects.filter(course__in=Course.objects.visible_to(person)).select_related("course")
    return (
        Program.objects.visible_to(person)
        .select_related("organisation", "city")
        .prefetch_related(
            Prefetch("claims", stated.order_by("id")),
            Prefetch("places", places),
            Prefetch("intakes", Intake.objects.select_related("city")),
        )
    )


# What is sent ---------------------------------------------------------------------------------------------------------
class NewProgramInput(ProgramInput):
    """A new program. A draft needs `organisation`, `title`, `language` and `study`."""

    organisation = serializers.UUIDField(help_text="Whose program it is; this does not change later.")


# For the schema: the fields, and one example of each.
INTAKE = IntakeInput(data={})
WRITTEN_INTAKE = AN_INTAKE | {"city": CITY["code"]}
WRITTEN_PROGRAM = WRITTEN | {
    "city": CITY["code"],
    "skills": [{"skill": SKILL["code"]} | STATED],
    "courses": [COURSE["id"]],
    "intakes": [WRITTEN_INTAKE],
}
A_PROGRAM = OpenApiExample("A program", value=WRITTEN_PROGRAM, request_only=True)
A_NEW_PROGRAM = OpenApiExample(
    "A new program", value={"organisation": SCHOOL["id"]} | WRITTEN_PROGRAM, request_only=True
)
A_NEW_INTAKE = [OpenApiExample("An intake", value=WRITTEN_INTAKE, request_only=True)]
A_CLOSING = OpenApiExample("A reason", value={"why": "Merged with another program."}, request_only=True)


# Filters --------------------------------------------------------------------------------------------------------------
class ProgramFilter(PostingFilter):
    """Which programs a list shows."""

    study = django_filters.ChoiceFilter(choices=Program.Study.choices)
    city = django_filters.CharFilter(field_name="city__code", label="a city's code")
    mine = Mine()

    class Meta:
        model = Program
        fields: list[str] = []


# Resources ------------------------------------------------------------------------------------------------------------
@described(
    one="a program",
    answer=ProgramRead,
    new=NewProgramInput,
    examples=(A_PROGRAM, A_NEW_PROGRAM, A_CLOSING),
    says={
        "list": "Published programs, and one's own schools' in any state; newest first. Readable without a token.",
        "create": "A new draft for a school.",
        "retrieve": "One program. Readable without a token where it is published.",
        "update": "All fields anew; what is not given takes its default; `intakes` stay. What is published is matched "
        "again.",
        "partial_update": "The fields given; `skills`, `courses` and `intakes` each replace them all.\n\n"
        "An intake keeps its id where the row has it, or the same `external_id`, or the same city and start.",
        "publish": "From now on it is matched and seen. Refused while its school is not verified, or without skills.",
        "close": "It leaves every list, for good.",
        "copy": "A new draft that says the same, without key and intakes.",
        "put_by_key": "Makes the program (201) or rewrites it (200); the same call again changes nothing.\n\n"
        "`external_id` is the school's own key for it: up to 100 characters, no slash.",
    },
)
class ProgramResource(PostingResource[Program]):
    """Programs: written as drafts, published, changed and closed by their school's owners and editors."""

    permission_classes = [IsAuthenticatedOrReadOnly]
    life, takes = LIFE, ProgramInput
    filterset_class = ProgramFilter

    def get_queryset(self) -> QuerySet[Program]:
        return programs_for(self.request.user)

    def read(self, posting: Program) -> ProgramRead:
        return program_read(posting)


class IntakeResource(Resource):
    """The starts of a program; they are in the program too."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    def program(self, id: str) -> Program:
        programs = Program.objects.visible_to(self.request.user).select_related("organisation")
        return cast(Program, self.one(programs, public_id=id))

    def intakes(self, id: str) -> QuerySet[Intake]:
        return Intake.objects.filter(program=self.program(id)).select_related("program__organisation", "city")

    def intake(self, id: str, intake_id: str) -> Intake:
        return cast(Intake, self.one(self.intakes(id), public_id=intake_id))

    @extend_schema(summary="Intakes of a program", responses=answers(IntakeRead, 404), tags=["programs"])
    def list(self, request: Request, id: str) -> Response:
        """Its intakes, by start. Readable without a token where the program is published."""
        return self.paged(self.intakes(id).order_by("starts_on", "public_id"), intake_read)

    @extend_schema(
        summary="Add an intake",
        request=INTAKE,
        examples=A_NEW_INTAKE,
        responses=answers(IntakeRead, 401, 403, 404, 409, 422, status=201),
        tags=["programs"],
    )
    def create(self, request: Request, id: str) -> Response:
        """One more start. Enrolments of one program in one city do not overlap."""
        intake = add_intake(by=self.person, program=self.program(id), data=request.data)
        place = reverse("api-intake", [id, intake.public_id], request=request)
        return Response(intake_read(intake), status=201, headers={"Location": place})

    @extend_schema(summary="An intake", responses=answers(IntakeRead, 404), tags=["programs"])
    def retrieve(self, request: Request, id: str, intake_id: str) -> Response:
        """One start of a program."""
        return Response(intake_read(self.intake(id, intake_id)))

    @extend_schema(
        summary="Rewrite an intake",
        request=INTAKE,
        examples=A_NEW_INTAKE,
        responses=answers(IntakeRead, 401, 403, 404, 409, 422),
        tags=["programs"],
    )
    def update(self, request: Request, id: str, intake_id: str) -> Response:
        """All fields anew; what is not given takes its default."""
        intake = change_intake(by=self.person, intake=self.intake(id, intake_id), data=request.data)
        return Response(intake_read(intake))

    @extend_schema(
        summary="Change an intake",
        request=INTAKE,
        examples=A_NEW_INTAKE,
        responses=answers(IntakeRead, 401, 403, 404, 409, 422),
        tags=["programs"],
    )
    def partial_update(self, request: Request, id: str, intake_id: str) -> Response:
        """The fields given."""
        intake = change_intake(by=self.person, intake=self.intake(id, intake_id), data=request.data, partial=True)
        return Response(intake_read(intake))

    @extend_schema(
        summary="Remove an intake", responses=answers(None, 401, 403, 404, 409, status=204), tags=["programs"]
    )
    def destroy(self, request: Request, id: str, intake_id: str) -> Response:
        """It is gone."""
        remove_intake(by=self.person, intake=self.intake(id, intake_id))
        return Response(status=204)


ONE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update"}

urlpatterns = [
    *addresses(ProgramResource),
    path(
        "programs/<uuid:id>/intakes/",
        IntakeResource.as_view({"get": "list", "post": "create"}),
        name="api-intakes",
    ),
    path(
        "programs/<uuid:id>/intakes/<uuid:intake_id>/",
        IntakeResource.as_view(ONE | {"delete": "destroy"}),
        name="api-intake",
    ),
]
