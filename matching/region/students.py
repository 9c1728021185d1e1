"""People of the majors that the region teaches, each on the way to one of the jobs that it offers."""

import datetime
from collections.abc import Iterator, Sequence
from random import Random

from .parts import Levels, Parts, Row, filled, in_either, joined, language, levels_in, some
from .supply import YEARS

STUDENTS = 260
KINDS = (["job"], ["job", "internship"], ["internship"], ["job", "project"], ["internship", "project"])
MOST_REACHED = {"secondary": 2, "master": 4}  # elsewhere 3: by oneself
SAID = 5  # skills that a text speaks of


def make_students(parts: Parts, programs: Sequence[Row]) -> list[Row]:
    chance, jobs = parts.chance("students"), [role for role in parts.roles if role["kind"] == "job"]
    return [
        _student(parts, chance, f"r{number:03d}", name, jobs[number % len(jobs)], programs)
        for number, name in enumerate(_names(parts, chance), start=1)
    ]


def _names(parts: Parts, chance: Random) -> list[tuple[str, str]]:
    """As many names as students, in Latin letters and in Chinese, none twice."""
    names = [
        (f"{surname} {given}", surname_zh + given_zh)
        for surname_zh, surname in map(str.split, parts.words["surnames"])
        for given_zh, given in map(str.split, parts.words["given"])
    ]
    return chance.sample(names, STUDENTS)


def _student(parts: Parts, chance: Random, key: str, name: tuple[str, str], role: Row, programs: Sequence[Row]) -> Row:
    chinese, place = in_either(chance), chance.choice(_majors(role, programs))
    program, linked = programs[place], chance.random() < 0.6
    young = program["study"] == "secondary"
    levels = _held(chance, role, program)
    home = program["city"] if chance.random() < 0.7 else chance.choice(list(parts.words["cities"]))
    return {
        "key": key,
        "name": name[chinese],
        "adult": not young or chance.random() < 0.5,
        "headline": _headline(parts, role, program, chinese),
        "text": _text(parts, chance, role, program, levels, chinese),
        "language": language(chinese),
        "city": home,
        "moves": chance.choice((True, True, False, None)),
        "remote": chance.choice((True, None, None)),
        "kinds": chance.choice(KINDS),
        "languages": {"zh": 5, "en": 2 if young else chance.choice((2, 3, 3, 4))},
        "available_from": parts.monday(chance.randint(1, 28)).isoformat(),
        "claims": [_claim(parts, chance, code, level, linked) for code, level in levels.items()],
        "link": {"body": program["body"], "program": place} if linked else None,
    }


def _majors(role: Row, programs: Sequence[Row]) -> list[int]:
    """Places of the majors that lead to the role: those that teach its field first, or else at all."""
    longer = [place for place, program in enumerate(programs) if program["study"] in YEARS]
    first = [place for place in longer if programs[place]["majors"][0] == role["major"]]
    return first or [place for place in longer if role["major"] in programs[place]["majors"]]


def _held(chance: Random, role: Row, program: Row) -> Levels:
    """Much of what the job asks, at its level or below, and something of what the major teaches."""
    asked = levels_in(role["core"]) | some(chance, levels_in(role["extra"]), 1, 3)
    most = MOST_REACHED.get(program["study"], 3)
    held = {code: min(most, max(1, level - chance.choice((0, 0, 1, 1, 2)))) for code, level in asked.items()}
    taught = {row["skill"]: row["level"] for row in program["skills"]}
    for code, level in some(chance, taught, 1, 2).items():
        held.setdefault(code, max(1, level - chance.choice((0, 1, 1))))
    return held


def _headline(parts: Parts, role: Row, program: Row, chinese: bool) -> str:
    title = role["title_zh" if chinese else "title_en"]
    if not chinese and not title.startswith(tuple(parts.words["proper"])):
        title = title[0].lower() + title[1:]
    return str(parts.words["headline"][chinese].format(program["names"][chinese], title))


def _text(parts: Parts, chance: Random, role: Row, program: Row, levels: Levels, chinese: bool) -> str:
    """Where the person stands, what they can do, what they have done, what they wish."""
    years = YEARS[program["study"]]
    year = chance.randint(2, years + 1)
    graduated = year > years
    stands = parts.words["stands"]["graduated" if graduated else "studies"][chinese]
    ordinal = "" if graduated else parts.words["ordinals"][year - 1][chinese]
    said = [
        stands.format(program["names"][chinese], ordinal=ordinal),
        *_can(parts, chance, levels, chinese),
        parts.sentence(chance, chinese, "experiences", role["major"]),
        parts.sentence(chance, chinese, "wishes" if graduated else "wishes_in_term"),
    ]
    return joined(said, chinese)


def _can(parts: Parts, chance: Random, levels: Levels, chinese: bool) -> Iterator[str]:
    """What the person says of their best skills, those of one level together."""
    best = sorted(levels, key=lambda code: -levels[code])[:SAID]
    for level, stems in parts.words["can"]["zh" if chinese else "en"].items():
        does = parts.does(chance, [code for code in best if levels[code] == int(level)], chinese)
        if does:
            yield from filled(stems, ["；".join(does)] if chinese else does)


def _claim(parts: Parts, chance: Random, code: str, level: int, linked: bool) -> Row:
    """Half of it only said by the person; the rest confirmed by the school, by a firm or on paper."""
    source = chance.choice(("self", "self", "self", "university" if linked else "self", "employer", "certificate"))
    day = parts.today - datetime.timedelta(days=chance.randint(20, 400))
    return {
        "skill": code,
        "level": level,
        "source": source,
        "confirmed_on": None if source == "self" else day.isoformat(),
    }
