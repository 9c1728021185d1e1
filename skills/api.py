"""The skill framework over the API: skills with their names in both languages, and the frameworks themselves."""

from typing import Annotated, Any, TypedDict

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Names, Resource, answers, example, names, names_of

from .models import Alias, Framework, Skill, SkillGroup, SkillRelation
from .search import search_skills

GROUP = {"code": "data-ai", "name": {"en": "Data and AI", "zh-Hans": "数据与人工智能"}}
SKILL = {
    "code": "DT0012",
    "label": {"en": "Data visualisation", "zh-Hans": "数据可视化"},
    "definition": {"en": "Shows figures so that others decide by them.", "zh-Hans": "把数据呈现出来，供他人决策。"},
    "group": GROUP,
}

Aliases = TypedDict("Aliases", {"en": list[str], "zh-Hans": list[str]})


class SkillSmall(TypedDict):
    """A skill as other objects show it."""

    code: str
    label: Names


class GroupRead(TypedDict):
    """A part of a framework."""

    code: str
    name: Names


@example(SKILL)
class SkillRead(SkillSmall):
    """Something a person can hold at a level and a firm can ask for."""

    definition: Names
    group: GroupRead


@example(
    SKILL
    | {
        "framework": "digital-trade 1",
        "aliases": {"en": ["dashboards", "BI reports"], "zh-Hans": ["可视化", "数据看板"]},
        "broader": [],
        "narrower": [{"code": "DT0014", "label": {"en": "Tableau dashboards", "zh-Hans": "Tableau 看板"}}],
        "related": [],
    }
)
class SkillDetail(SkillRead):
    """A skill with the other ways in which people write it, and its place among the others."""

    framework: Annotated[str, "code and version of its framework"]
    aliases: Aliases
    broader: list[SkillSmall]
    narrower: list[SkillSmall]
    related: list[SkillSmall]


@example(
    {
        "code": "digital-trade",
        "version": "1",
        "name": {"en": "Digital trade", "zh-Hans": "数字贸易"},
        "attribution": "",
        "current": True,
        "skills": 80,
        "groups": [GROUP],
    }
)
class FrameworkRead(TypedDict):
    """One version of one vocabulary; `skills` counts those that were not replaced."""

    code: str
    version: str
    name: Names
    attribution: str
    current: bool
    skills: int
    groups: list[GroupRead]


def skill_small(skill: Skill) -> SkillSmall:
    return {"code": skill.code, "label": names(skill.label_en, skill.label_zh)}


def group_read(group: SkillGroup) -> GroupRead:
    return {"code": group.code, "name": names_of(group)}


def skill_read(skill: Skill) -> SkillRead:
    return {
        **skill_small(skill),
        "definition": names(skill.definition_en, skill.definition_zh),
        "group": group_read(skill.group),
    }


def skill_detail(skill: Skill) -> SkillDetail:
    """One skill with everything around it: a handful of queries, so for one skill only."""
    aliases = list(skill.aliases.order_by("id"))
    relations = list(
        SkillRelation.objects.filter(Q(skill=skill) | Q(other=skill))
        .select_related("skill", "other")
        .order_by("skill__code", "other__code")
    )
    broader, related = SkillRelation.Kind.BROADER, SkillRelation.Kind.RELATED
    beside = {
        row.other if row.skill_id == skill.pk else row.skill: None for row in relations if row.kind == related
    }  # a relation may be written down from either side, or from both
    return {
        **skill_read(skill),
        "framework": skill.framework.label,
        "aliases": {"en": _texts(aliases, "en"), "zh-Hans": _texts(aliases, "zh-hans")},
        "broader": [skill_small(row.other) for row in relations if row.kind == broader and row.skill_id == skill.pk],
        "narrower": [skill_small(row.skill) for row in relations if row.kind == broader and row.other_id == skill.pk],
        "related": [skill_small(other) for other in beside],
    }


def _texts(aliases: list[Alias], language: str) -> list[str]:
    return [alias.text for alias in aliases if alias.language == language]


def framework_read(framework: Any) -> FrameworkRead:
    """A framework as `_frameworks` reads it."""
    return {
        "code": framework.code,
        "version": framework.version,
        "name": names_of(framework),
        "attribution": framework.attribution,
        "current": framework.current,
        "skills": framework.skill_count,
        "groups": [group_read(group) for group in framework.groups.all()],
    }


class SkillResource(Resource):
    """The skills of the framework that this platform speaks. Readable without a token."""

    permission_classes = [AllowAny]

    @extend_schema(
        summary="Skills",
        parameters=[
            OpenApiParameter("q", str, description="a name, an alias or a part of one, in either language"),
            OpenApiParameter("group", str, description="the code of a group"),
        ],
        responses=answers(SkillRead),
    )
    def list(self, request: Request) -> Response:
        """All skills by name; with `q` those that are called so, the closest first."""
        rows = search_skills(request.query_params.get("q", ""))
        closest = [name for name in ("closeness",) if name in rows.query.annotations]
        if "group" in request.query_params:
            rows = rows.filter(group__code=request.query_params["group"].replace("\x00", ""))
        return self.paged(rows.order_by(*closest, "label_en", "code"), skill_read)

    @extend_schema(summary="A skill", responses=answers(SkillDetail, 404))
    def retrieve(self, request: Request, code: str) -> Response:
        """One skill by its code, with aliases, definition, group, and broader, narrower and related skills."""
        rows = Skill.objects.current().select_related("group", "framework")
        return Response(skill_detail(self.one(rows, code=code)))


class FrameworkResource(Resource):
    """The vocabularies. Readable without a token."""

    permission_classes = [AllowAny]

    @extend_schema(summary="Frameworks", responses=answers(FrameworkRead))
    def list(self, request: Request) -> Response:
        """Every framework, version by version, with its groups."""
        return self.paged(_frameworks().order_by("code", "version"), framework_read)

    @extend_schema(summary="A framework", responses=answers(FrameworkRead, 404))
    def retrieve(self, request: Request, code: str) -> Response:
        """The current version of one framework."""
        return Response(framework_read(self.one(_frameworks().filter(current=True), code=code)))


def _frameworks() -> QuerySet[Any]:
    standing = Count("skills", filter=Q(skills__successor=None))
    groups = Prefetch("groups", SkillGroup.objects.order_by("position", "id"))
    return Framework.objects.annotate(skill_count=standing).prefetch_related(groups)


urlpatterns = [
    path("skills/", SkillResource.as_view({"get": "list"}), name="api-skills"),
    path("skills/<str:code>/", SkillResource.as_view({"get": "retrieve"}), name="api-skill"),
    path("frameworks/", FrameworkResource.as_view({"get": "list"}), name="api-frameworks"),
    path("frameworks/<slug:code>/", FrameworkResource.as_view({"get": "retrieve"}), name="api-framework"),
]
