"""Keeping a framework that was read from elsewhere in the tables, beside the one the platform speaks."""

import re
from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction

from skills.framework import EMBEDDED, FrameworkFault, SkillRow, store_skills
from skills.models import Alias, Framework, Skill, SkillGroup
from skills.same import link_frameworks

from .framework_file import FrameworkFile

UNGROUPED = ("other", "Other", "其他")


@transaction.atomic
def store(file: FrameworkFile) -> Framework:
    """Bring a framework into the tables; the same version again changes what differs and doubles nothing.

    It becomes the current version of its code unless a newer one is there. Skills that this version had once and has no
    longer stay, for profiles and needs may name them. Raises `FrameworkFault` where a name is too long for its column,
    and for the framework that comes with the platform, which is loaded by its own command.
    """
    if file.code == EMBEDDED:
        raise FrameworkFault(f"{EMBEDDED} is the framework that comes with the platform: use load_framework")
    if wrong := list(_too_long(file)):
        raise FrameworkFault("; ".join(wrong))
    framework = _framework(file)
    groups = {group[0]: group for group in file.groups}
    if any(not row.group for row in file.rows):
        groups.setdefault(UNGROUPED[0], UNGROUPED)
    group_of = {}
    for position, (code, name_en, name_zh) in enumerate(groups.values()):
        group_of[code], _made = SkillGroup.objects.update_or_create(
            framework=framework, code=code, defaults={"name_en": name_en, "name_zh": name_zh, "position": position}
        )
    store_skills(framework, [_fitting(row) for row in file.rows], group_of)
    link_frameworks(framework)
    return framework


def _framework(file: FrameworkFile) -> Framework:
    standing = Framework.objects.filter(code=file.code, current=True).exclude(version=file.version).first()
    current = standing is None or not _older(file.version, standing.version)
    if standing is not None and current:
        standing.current = False
        standing.save(update_fields=["current"])
    values = {"name_en": file.name_en, "name_zh": file.name_zh, "attribution": file.attribution, "current": current}
    return Framework.objects.update_or_create(code=file.code, version=file.version, defaults=values)[0]


def _older(version: str, other: str) -> bool:
    """Whether a version is older than another; where both are not numbers with points, the last to come counts."""
    if not all(re.fullmatch(r"\d+(\.\d+)*", one) for one in (version, other)):
        return False
    first, second = ([int(part) for part in one.split(".")] for one in (version, other))
    return first < second


def _too_long(file: FrameworkFile) -> Iterator[str]:
    columns = ((Skill, "code"), (Skill, "label_en"), (Skill, "label_zh"))
    for row in file.rows:
        for model, field in columns:
            if len(getattr(row, field)) > (most := _longest(model, field)):
                yield f"{row.code[:60]}: {field} has more than {most} characters"
    for code, *_names in file.groups:
        if len(code) > (most := _longest(SkillGroup, "code")):
            yield f"the group {code[:60]}… has more than {most} characters"


def _longest(model: type[Skill | SkillGroup | Alias], field: str) -> int:
    return int(getattr(model._meta.get_field(field), "max_length", 0))


def _fitting(row: SkillRow) -> SkillRow:
    """The row as the tables take it: without names that are sentences, under a group of its own where it has none."""
    most = _longest(Alias, "text")

    def fitting(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if len(name) <= most)

    return replace(
        row,
        aliases_en=fitting(row.aliases_en),
        aliases_zh=fitting(row.aliases_zh),
        hints_en=fitting(row.hints_en),
        hints_zh=fitting(row.hints_zh),
        group=row.group or UNGROUPED[0],
    )
