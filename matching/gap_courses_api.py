"""From a need to the courses that bring one nearer to it, over the API."""

from typing import Annotated, TypedDict

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import CitySmall, Day, OrganisationSmall, Resource, answers, city_small, example, organisation_small
from engine.model import KEEP
from enterprises.models import Need
from skills.api import SkillSmall, skill_small
from talent.models import Profile

from .gap_courses import GapCourse, courses_for_gap

ROW = {
    "course": {"id": "5f1b7a7e-3b55-4a0e-9a44-1d7a5b3c9e02", "title": "SQL for trade data"},
    "organisation": {
        "id": "0f4f1c1e-3c55-4b8e-8f6a-2d9b5f5a7c10",
        "name": {"en": "Lingnan Academy", "zh-Hans": "岭南书院"},
    },
    "run": {
        "id": "b7f1d0a2-9f0c-4c11-8d36-51b5a1c40d77",
        "starts_on": "2027-03-01",
        "ends_on": "2027-04-30",
        "price": "1200.00",
        "currency": "CNY",
        "online": False,
        "city": {"code": "foshan", "name": {"en": "Foshan", "zh-Hans": "佛山"}},
        "seats_left": 8,
    },
    "gained": 0.25,
    "fit": 0.75,
    "lifts": [
        {
            "skill": {"code": "DT0012", "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"}},
            "before": 1,
            "after": 3,
        }
    ],
}


class CourseNamed(TypedDict):
    """A course by its title."""

    id: str
    title: str


class OpenRun(TypedDict):
    """A time at which a course takes place and that one can still join."""

    id: str
    starts_on: Day
    ends_on: Day
    price: str
    currency: str
    online: bool
    city: CitySmall | None
    seats_left: int


class LiftRead(TypedDict):
    """A skill that a course raises."""

    skill: SkillSmall
    before: Annotated[int | None, "null where the profile does not name it"]
    after: int


class GapCourseRead(TypedDict):
    """A run of a course, and what it would add to the fit; numbers are unrounded, from 0 to 1."""

    course: CourseNamed
    organisation: OrganisationSmall
    run: OpenRun
    gained: Annotated[float, "the fit with the course less the fit now"]
    fit: Annotated[float, "the fit with the course"]
    lifts: list[LiftRead]


@example({"courses": [ROW]})
class GapCourses(TypedDict):
    """Open runs that bring one nearer to a need: most gained first, then the earliest, then the cheapest."""

    courses: list[GapCourseRead]


def gap_course_read(row: GapCourse) -> GapCourseRead:
    run, course = row.run, row.course
    return {
        "course": {"id": str(course.public_id), "title": course.title},
        "organisation": organisation_small(course.organisation),
        "run": {
            "id": str(run.public_id),
            "starts_on": run.starts_on.isoformat(),
            "ends_on": run.ends_on.isoformat(),
            "price": f"{run.price:.2f}",
            "currency": run.currency,
            "online": run.online,
            "city": city_small(run.city or (run.base.city if run.base else None)),
            "seats_left": row.seats_left,
        },
        "gained": row.gained,
        "fit": row.fit,
        "lifts": [{"skill": skill_small(lift.skill), "before": lift.before, "after": lift.after} for lift in row.lifts],
    }


class GapCourseResource(Resource):
    """Courses from one's own gap to a need."""

    @extend_schema(
        operation_id="needs_courses_for_me",
        summary="Courses that bring me nearer to a need",
        responses=answers(GapCourses, 401, 404),
        tags=["needs"],
    )
    def mine(self, request: Request, id: str) -> Response:
        """At most a hundred open runs whose entry levels one's own profile meets and that gain something."""
        need = self.one(Need.objects.visible_to(self.person), public_id=id)
        profile = self.one(Profile.objects.visible_to(self.person), user=self.person)
        rows = courses_for_gap(need=need, profile=profile, most=KEEP)
        return Response({"courses": [gap_course_read(row) for row in rows]})


urlpatterns = [
    path("needs/<uuid:id>/courses-for-me/", GapCourseResource.as_view({"get": "mine"}), name="api-courses-for-me"),
]
