"""ESCO, the European classification of skills and occupations, from its CSV files as published (1.1 and later).

Files are found by name, with or without the language at the end (`skillSkillRelations.csv`, or
`skillSkillRelations_en.csv`), columns by their heading, so that a later version may add some of either.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from skills.framework import FrameworkFault, SkillRow

from .framework_file import FrameworkFile
from .tables import read_table

CODE = "esco"
NAMES = ("ESCO", "ESCO 欧洲技能分类")
ATTRIBUTION = "This service uses the ESCO classification of the European Commission."

SKILLS = ("skills", ("conceptUri", "preferredLabel", "altLabels", "description", "modifiedDate", "status"))
BROADER = ("broaderRelationsSkillPillar", ("conceptType", "conceptUri", "broaderType", "broaderUri"))
RELATED = ("skillSkillRelations", ("originalSkillUri", "relatedSkillUri"))
HIERARCHY = ("skillsHierarchy", ("Level 0 code", "Level 1 URI", "Level 1 preferred term", "Level 1 code"))
OCCUPATIONS = ("occupations", ("conceptUri", "preferredLabel", "description", "iscoGroup"))
ASKED = ("occupationSkillRelations", ("occupationUri", "relationType", "skillUri"))

# No file states the version; the newest change of a skill tells it, for those that we know.
VERSION_OF_NEWEST_CHANGE = {"2022-08-25": "1.1.1"}
ELSEWHERE = ("other", "Other", "其他")

Table = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Occupation:
    """What an occupation asks for: codes of the skills it cannot do without, and of those that help."""

    code: str
    title: str
    description: str
    isco_group: str
    essential: tuple[str, ...]
    optional: tuple[str, ...]


def is_one(folder: Path) -> bool:
    """Whether the folder holds at least one of the files by which ESCO is known."""
    return any(
        path.is_file() for name, _ in (SKILLS, BROADER, RELATED, HIERARCHY, ASKED) for path in _paths(folder, name)
    )


def read(folder: Path) -> FrameworkFile:
    """The skills of an ESCO folder, grouped by the first level of its hierarchy. Chinese names stay empty."""
    table = {code_of(cells["conceptUri"]): cells for cells in _rows(folder, SKILLS) if cells["status"] != "obsolete"}
    if not table:
        raise FrameworkFault(f"{folder}: there is no skill in {SKILLS[0]}_en.csv")
    wider, wider_unknown = _wider(folder, table)
    related, related_unknown = _related(folder, table)
    group_of_concept = {
        code_of(cells["Level 1 URI"]): _group(cells) for cells in _rows(folder, HIERARCHY) if cells["Level 1 URI"]
    }
    rows = [
        SkillRow(
            code=code,
            label_en=cells["preferredLabel"],
            label_zh="",
            aliases_en=_aliases(cells),
            aliases_zh=(),
            definition_en=cells["description"],
            definition_zh="",
            group=_first_group(code, wider, group_of_concept)[0],
            broader=tuple(upper for upper in wider[code] if upper in table),
            related=tuple(related[code]),
        )
        for code, cells in sorted(table.items())
    ]
    used = {row.group for row in rows}
    newest = max(cells["modifiedDate"] for cells in table.values())[:10]
    return FrameworkFile(
        code=CODE,
        version=VERSION_OF_NEWEST_CHANGE.get(newest, newest or "unknown"),
        name_en=NAMES[0],
        name_zh=NAMES[1],
        attribution=ATTRIBUTION,
        rows=rows,
        groups=sorted({group for group in (*group_of_concept.values(), ELSEWHERE) if group[0] in used}),
        left_out=tuple(filter(None, (wider_unknown, related_unknown))),
    )


def read_occupations(folder: Path) -> list[Occupation]:
    """The occupations of an ESCO folder that ask for any skill, by code."""
    asked: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for cells in _rows(folder, ASKED):
        asked[code_of(cells["occupationUri"])][cells["relationType"]].append(code_of(cells["skillUri"]))
    titles = {code_of(cells["conceptUri"]): cells for cells in _rows(folder, OCCUPATIONS)}
    return [
        Occupation(
            code=code,
            title=titles[code]["preferredLabel"],
            description=titles[code]["description"],
            isco_group=titles[code]["iscoGroup"],
            essential=tuple(dict.fromkeys(of_kind["essential"])),
            optional=tuple(skill for skill in dict.fromkeys(of_kind["optional"]) if skill not in of_kind["essential"]),
        )
        for code, of_kind in sorted(asked.items())
        if code in titles
    ]


def code_of(uri: str) -> str:
    """The last part of a concept's address, which is what we call it by."""
    return uri.rstrip("/").rsplit("/", 1)[-1]


def _paths(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}_en.csv", folder / f"{name}.csv"


def _rows(folder: Path, table: Table) -> Iterator[dict[str, str]]:
    """The rows of one of the files, whichever of its two names it has."""
    name, columns = table
    there = [path for path in _paths(folder, name) if path.is_file()]
    if not there:
        usual = f"{name}_en.csv" if table in (SKILLS, HIERARCHY, OCCUPATIONS) else f"{name}.csv"
        raise FrameworkFault(f"{folder}: the ESCO file {usual} is missing")
    try:
        for _line, cells in read_table(there[0], columns):
            yield cells
    except FrameworkFault as fault:
        raise FrameworkFault(f"{fault}; ESCO can be read from version 1.1 on, in its CSV files as published") from fault


def _aliases(cells: Mapping[str, str]) -> tuple[str, ...]:
    names = dict.fromkeys(name.strip() for name in cells["altLabels"].splitlines())
    return tuple(name for name in names if name and name != cells["preferredLabel"])


def _wider(folder: Path, table: Mapping[str, object]) -> tuple[dict[str, list[str]], str | None]:
    """What each skill or group stands under, and a sentence where that names skills which are not there."""
    wider: dict[str, list[str]] = defaultdict(list)
    unknown = total = 0
    for cells in _rows(folder, BROADER):
        lower, upper = code_of(cells["conceptUri"]), code_of(cells["broaderUri"])
        skills = [
            code
            for code, kind in ((lower, cells["conceptType"]), (upper, cells["broaderType"]))
            if kind == "KnowledgeSkillCompetence"
        ]
        total += 1
        if any(code not in table for code in skills):
            unknown += 1
        elif lower != upper and upper not in wider[lower]:
            wider[lower].append(upper)
    return wider, _of_another_version(folder, BROADER, unknown, total)


def _related(folder: Path, table: Mapping[str, object]) -> tuple[dict[str, list[str]], str | None]:
    """The skills that each skill is related to, and a sentence where some are not there."""
    related: dict[str, list[str]] = defaultdict(list)
    unknown = total = 0
    for cells in _rows(folder, RELATED):
        one, other = code_of(cells["originalSkillUri"]), code_of(cells["relatedSkillUri"])
        total += 1
        if one not in table or other not in table:
            unknown += 1
        elif one != other and other not in related[one]:
            related[one].append(other)
    return related, _of_another_version(folder, RELATED, unknown, total)


def _of_another_version(folder: Path, table: Table, unknown: int, total: int) -> str | None:
    """A sentence on relations that lead nowhere; a fault where most of them do, for then two versions are mixed."""
    if unknown * 2 > total:
        raise FrameworkFault(f"{folder}: {table[0]} and {SKILLS[0]} are of different versions of ESCO")
    return f"{table[0]}: {unknown} of {total} relations name a skill that is not there" if unknown else None


def _group(cells: Mapping[str, str]) -> tuple[str, str, str]:
    """A group of the first level. Fields of knowledge have no code of their own there, only that of their pillar."""
    code = cells["Level 1 code"]
    if not code or code == cells["Level 0 code"]:
        code = cells["Level 0 code"] + code_of(cells["Level 1 URI"])
    return code[:50], cells["Level 1 preferred term"], ""


def _first_group(
    code: str, wider: Mapping[str, list[str]], group_of_concept: Mapping[str, tuple[str, str, str]]
) -> tuple[str, str, str]:
    """The group that is the fewest steps up; of several the first by code."""
    seen, ahead = {code}, [code]
    while ahead:
        if groups := [group_of_concept[step] for step in ahead if step in group_of_concept]:
            return min(groups)
        ahead = [upper for step in ahead for upper in wider.get(step, ()) if upper not in seen]
        seen.update(ahead)
    return ELSEWHERE
