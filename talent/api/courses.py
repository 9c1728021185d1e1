"""Courses and their runs over the API; what is published is read without a token."""

from typing import Annotated, Any, Literal, TypedDict, cast

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
from accounts.permissions import Act, demand
from accounts.posting_api import Mine, PostingFilter, PostingResource, addresses, described
from accounts.prose import ProseLanguage, SpokenLanguage
from skills.api import SkillSmall, skill_small
from talent.course_inputs import CourseByKeyInput, CourseInput, CourseRunInput
from talent.courses import (
    LIFE,
    add_run,
    cancel_run,
    change_run,
    course_with_key,
    courses_found,
    no_such_course,
    put_run,
    run_state,
)
from talent.models import Claim, Course, CourseRun, EntryLevel, TrainingBase

# Shapes ---------------------------------------------------------------------------------------------------------------
BODY = {
    "id": "5d0c6a0e-0b57-4d5c-8b4e-6d6c9d0c1b11",
    "name": {"en": "Shuiwan Training Base", "zh-Hans": "水湾实训基地"},
}
BASE = {"id": "9a0d4f27-52c2-4d0c-9c39-9f2f2a7b6c02", "name": {"en": "Robot hall", "zh-Hans": "机器人实训车间"}}
CITY = {"code": "dongguan", "name": {"en": "Dongguan", "zh-Hans": "东莞"}}
SKILL = {"code": "DT0012", "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"}}
WRITTEN_RUN = {
    "external_id": "2027-spring",
    "starts_on": "2027-03-01",
    "ends_on": "2027-04-16",
    "seats": 30,
    "taken": 12,
    "price": {"amount": "1200.00", "currency": "CNY"},
    "online": False,
}
A_RUN_READ = {"id": "3e5d1f0a-7a4b-4b8e-a1f2-0f8f5b7f3d10"} | WRITTEN_RUN
A_RUN_READ |= {"city": CITY, "base": BASE, "seats_left": 18, "state": "open", "cancelled_at": None}
WRITTEN = {
    "external_id": None,
    "title": "Dashboards for shops abroad",
    "text": "Six evenings and a project with the data of a real shop.",
    "language": "en",
    "taught_in": "zh",
    "weeks": 6,
    "hours": 36,
}


class SkillReached(TypedDict):
    """A skill and the level that whoever completes it reaches."""

    skill: SkillSmall
    level: int
    evidence: Annotated[str, "how it is shown, such as a project or an exam"]


class SkillOnEntry(TypedDict):
    """A skill and the level with which one begins."""

    skill: SkillSmall
    level: int


class Price(TypedDict):
    """What one seat costs; the amount is a decimal in quotes."""

    amount: str
    currency: str


class BaseSmall(TypedDict):
    """A training base as other objects show it."""

    id: str
    name: Names


@example(A_RUN_READ)
class CourseRunRead(TypedDict):
    """One time that a course takes place: in a city, perhaps at a base, or online."""

    id: str
    external_id: Annotated[str | None, "the organisation's own key, once a course"]
    starts_on: Day
    ends_on: Day
    seats: int
    taken: int
    seats_left: int
    price: Price
    online: bool
    city: CitySmall | None
    base: BaseSmall | None
    state: Annotated[
        Literal["open", "full", "closed", "begun", "over", "cancelled"],
        "`closed`: its course was closed before it began; nobody can join",
    ]
    cancelled_at: Moment | None


@example(
    {"id": "0c9f1d52-4f1a-4a76-8a65-20f2a1d7b3c4", "organisation": BODY}
    | WRITTEN
    | {
        "skills": [{"skill": SKILL, "level": 3, "evidence": "project"}],
        "entry_levels": [{"skill": SKILL, "level": 1}],
        "runs": [A_RUN_READ],
        "status": "published",
        "published_at": "2027-01-12T09:30:00+08:00",
        "closed_at": None,
        "created_at": "2027-01-12T09:10:00+08:00",
        "changed_at": "2027-01-12T09:30:00+08:00",
        "revision": 3,
    }
)
class CourseRead(TypedDict):
    """A unit that can be taken by itself, with its runs in order of their start. `skills` says what it leads to."""

    id: str
    organisation: OrganisationSmall
    external_id: Annotated[str | None, "the organisation's own key"]
    title: str
    text: str
    language: Annotated[str, ProseLanguage]
    taught_in: Annotated[str, SpokenLanguage]
    weeks: int | None
    hours: int | None
    skills: list[SkillReached]
    entry_levels: list[SkillOnEntry]
    runs: list[CourseRunRead]
    status: Annotated[str, Course.Status]
    published_at: Moment | None
    closed_at: Moment | None
    created_at: Moment
    changed_at: Moment
    revision: Annotated[int, "grows with every change, those of its runs included"]


def base_small(base: TrainingBase | None) -> BaseSmall | None:
    return {"id": str(base.public_id), "name": names_of(base)} if base else None


def run_read(run: CourseRun) -> CourseRunRead:
    return {
        "id": str(run.public_id),
        "external_id": run.external_id,
        "starts_on": run.starts_on.isoformat(),
        "ends_on": run.ends_on.isoformat(),
        "seats": run.seats,
        "taken": run.taken,
        "seats_left": run.seats - run.taken,
        "price": {"amount": f"{run.price:.2f}", "currency": run.currency},
        "online": run.online,
        "city": city_small(run.city),
        "base": base_small(run.base),
        "state": cast(Any, run_state(run)),
        "cancelled_at": moment(run.cancelled_at),
    }


def course_read(course: Course) -> CourseRead:
    """A course as it is read; take it from `courses_for`, so that a page costs no query a row."""
    return {
        "id": str(course.public_id),
        "organisation": organisation_small(course.organisation),
        "external_id": course.external_id,
        "title": course.title,
        "text": course.text,
        "language": course.language,
        "taught_in": course.taught_in,
        "weeks": course.weeks,
        "hours": course.hours,
        "skills": [
            {"skill": skill_small(claim.skill), "level": claim.level, "evidence": claim.evidence}
            for claim in course.claims.all()
        ],
        "entry_levels": [
            {"skill": skill_small(entry.skill), "level": entry.level} for entry in course.entry_levels.all()
        ],
        "runs": [run_read(run) for run in course.runs.all()],
        "status": course.status,
        "published_at": moment(course.published_at),
        "closed_at": moment(course.closed_at),
        "created_at": moment(course.created_at) or "",
        "changed_at": moment(course.changed_at) or "",
        "revision": course.revision,
    }


def courses_for(person: Any) -> QuerySet[Course]:
    """The courses that the person may see, with all that `course_read` looks at."""
    stated = Claim.objects.filter(source__in=Claim.SELF_DECLARED, withdrawn_at=None)
    return (
        Course.objects.visible_to(person)
        .select_related("organisation")
        .prefetch_related(
            Prefetch("claims", stated.select_related("skill").order_by("id")),
            Prefetch("entry_levels", EntryLevel.objects.select_related("skill").order_by("id")),
            Prefetch("runs", CourseRun.objects.select_related("city", "base").order_by("starts_on", "id")),
        )
    )


# What is sent ---------------------------------------------------------------------------------------------------------
class NewCourseInput(CourseInput):
    """A new course. A draft needs `organisation`, `title`, `language`, and `text` or `skills`."""

    organisation = serializers.UUIDField(help_text="Whose course it is; this does not change later.")


# For the schema: the fields, and one example of each.
RUN = CourseRunInput(data={})
RUN_VALUE = WRITTEN_RUN | {"city": CITY["code"], "base": BASE["id"]}
COURSE_VALUE = WRITTEN | {
    "skills": [{"skill": SKILL["code"], "level": 3, "evidence": "project"}],
    "entry_levels": [{"skill": SKILL["code"], "level": 1}],
}
A_RUN = [OpenApiExample("A run", value=RUN_VALUE, request_only=True)]
A_COURSE = OpenApiExample("A course", value=COURSE_VALUE, request_only=True)
A_NEW_COURSE = OpenApiExample("A new course", value={"organisation": BODY["id"]} | COURSE_VALUE, request_only=True)
A_COURSE_WITH_RUNS = OpenApiExample("A course and a run", value=COURSE_VALUE | {"runs": [RUN_VALUE]}, request_only=True)
A_CLOSING = OpenApiExample("A reason", value={"why": "Too few people asked for it."}, request_only=True)


# Filters --------------------------------------------------------------------------------------------------------------
class CourseFilter(PostingFilter):
    """Which courses a list shows; `city`, `online` and `starts_after` are looked for in one and the same run ahead."""

    mine = Mine()
    skill = django_filters.CharFilter(method="as_asked", label="the code of a skill that they lead to")
    city = django_filters.CharFilter(method="as_asked", label="the code of a city in which a run takes place")
    online = django_filters.BooleanFilter(method="as_asked", label="whether a run takes place online")
    starts_after = django_filters.DateFilter(method="as_asked", label="a day after which a run starts")

    class Meta:
        model = Course
        fields: list[str] = []

    def as_asked(self, courses: QuerySet[Course], name: str, value: Any) -> QuerySet[Course]:
        return courses  # all of them together, below

    def filter_queryset(self, queryset: Any) -> Any:
        asked = {name: self.form.cleaned_data[name] for name in ("skill", "city", "online", "starts_after")}
        return courses_found(super().filter_queryset(queryset), **asked)


# Resources ------------------------------------------------------------------------------------------------------------
@described(
    one="a course",
    answer=CourseRead,
    new=NewCourseInput,
    examples=(A_COURSE, A_NEW_COURSE, A_CLOSING),
    says={
        "list": "Published ones for everybody; one's own organisations' in any state. Newest first.",
        "create": "A new draft for a school or a training base; its runs are added at `runs/`.",
        "retrieve": "One course with its runs.",
        "update": "All fields anew; what is not given takes its default. Its runs stay as they are.",
        "partial_update": "The fields given; `skills` and `entry_levels` replace them all. Its runs stay as they are.",
        "publish": "From now on it is matched and seen. Refused while its organisation is not verified, "
        "or without skills.",
        "close": "It leaves every list with all its runs, for good.",
        "copy": "A new draft that says the same, without runs and without a key of its own.",
        "put_by_key": "Makes the course (201) or rewrites it (200); the same call again changes nothing.\n\n"
        "`runs`, each with an `external_id`, are made or rewritten with it; those that are not named stay as they are.",
    },
    but={
        "copy": {"responses": answers(CourseRead, 401, 403, 404, 422, status=201)},
        "put_by_key": {"request": CourseByKeyInput(data={}), "examples": [A_COURSE_WITH_RUNS]},
    },
)
class CourseResource(PostingResource[Course]):
    """Courses: written as drafts, published, changed and closed by their organisation's owners and editors."""

    permission_classes = [IsAuthenticatedOrReadOnly]
    life, takes = LIFE, CourseInput
    filterset_class = CourseFilter

    def get_queryset(self) -> QuerySet[Course]:
        return courses_for(self.request.user)

    def read(self, posting: Course) -> CourseRead:
        return course_read(posting)


class CourseRunResource(Resource):
    """Runs of a course: added, changed and cancelled by its organisation's owners and editors; none is deleted."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    def course(self, id: str) -> Course:
        seen = Course.objects.visible_to(self.request.user).select_related("organisation")
        return cast(Course, self.one(seen, public_id=id))

    def runs(self, course: Course) -> QuerySet[CourseRun]:
        rows = CourseRun.objects.filter(course=course).select_related("city", "base", "course__organisation")
        return rows.order_by("starts_on", "public_id")

    def run(self, id: str, run: str) -> CourseRun:
        return cast(CourseRun, self.one(self.runs(self.course(id)), public_id=run))

    def as_it_is(self, run: CourseRun, **how: Any) -> Response:
        """The run as it stands now."""
        return Response(run_read(self.runs(run.course).get(pk=run.pk)), **how)

    @extend_schema(summary="Runs of a course", responses=answers(CourseRunRead, 404))
    def list(self, request: Request, id: str) -> Response:
        """All of them, those over and cancelled included, in order of their start."""
        return self.paged(self.runs(self.course(id)), run_read)

    @extend_schema(
        summary="Add a run",
        request=RUN,
        examples=A_RUN,
        responses=answers(CourseRunRead, 401, 403, 404, 409, 422, status=201),
    )
    def create(self, request: Request, id: str) -> Response:
        """One more time that the course takes place."""
        return self._made(add_run(by=self.person, course=self.course(id), data=request.data))

    @extend_schema(summary="A run", responses=answers(CourseRunRead, 404))
    def retrieve(self, request: Request, id: str, run: str) -> Response:
        """One run of the course."""
        return Response(run_read(self.run(id, run)))

    @extend_schema(
        summary="Change a run",
        request=RUN,
        examples=A_RUN,
        responses=answers(CourseRunRead, 401, 403, 404, 409, 422),
    )
    def partial_update(self, request: Request, id: str, run: str) -> Response:
        """The fields given."""
        return self.as_it_is(change_run(by=self.person, run=self.run(id, run), data=request.data, partial=True))

    @extend_schema(
        operation_id="courses_runs_cancel",
        summary="Cancel a run",
        request={"application/json": WhyInput},
        examples=[A_CLOSING],
        responses=answers(CourseRunRead, 401, 403, 404, 409, 422),
    )
    def cancel(self, request: Request, id: str, run: str) -> Response:
        """It is called off for good, and stays where people can read that it is."""
        found = self.run(id, run)
        why = checked(WhyInput(data=request.data))["why"]
        return self.as_it_is(cancel_run(by=self.person, run=found, why=why))

    @extend_schema(
        operation_id="courses_runs_put_by_key",
        summary="Make or rewrite a run by your own keys",
        request=RUN,
        examples=A_RUN,
        responses=answers(CourseRunRead, 401, 403, 404, 409, 422) | answers(CourseRunRead, status=201),
        tags=["courses"],
    )
    def put_by_key(self, request: Request, id: str, external_id: str, run_external_id: str) -> Response:
        """Makes the run of a course (201) or rewrites it (200); the same call again changes nothing."""
        organisation = self.one(Organisation.objects.visible_to(self.person), public_id=id)
        demand(self.person, Act.WRITE_SUPPLY, organisation)
        course = course_with_key(organisation, external_id)
        if course is None:
            raise no_such_course()
        run, new = put_run(by=self.person, course=course, external_id=run_external_id, data=request.data)
        return self._made(run) if new else self.as_it_is(run)

    def _made(self, run: CourseRun) -> Response:
        place = reverse("api-course-run", [run.course.public_id, run.public_id], request=self.request)
        return self.as_it_is(run, status=201, headers={"Location": place})


urlpatterns = [
    *addresses(CourseResource),
    path(
        "courses/<uuid:id>/runs/",
        CourseRunResource.as_view({"get": "list", "post": "create"}),
        name="api-course-runs",
    ),
    path(
        "courses/<uuid:id>/runs/<uuid:run>/",
        CourseRunResource.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-course-run",
    ),
    path(
        "courses/<uuid:id>/runs/<uuid:run>/cancel/",
        CourseRunResource.as_view({"post": "cancel"}),
        name="api-course-run-cancel",
    ),
    path(
        "organisations/<uuid:id>/courses/<str:external_id>/runs/<str:run_external_id>/",
        CourseRunResource.as_view({"put": "put_by_key"}),
        name="api-course-run-by-key",
    ),
]
