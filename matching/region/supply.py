"""What schools, training bases and experts of the region offer."""

import datetime
from random import Random

from .parts import WEEK, Parts, Row, filled, in_either, joined, language, levels_in, rows_of, table

RUNS = 150
ALSO_ONLINE = ("data", "software", "trade", "law", "commerce")
YEARS = {"bachelor": 4, "master": 3, "college": 3, "secondary": 3}
MONTHS = 4  # of a short program


def make_bases(parts: Parts) -> list[Row]:
    """One place each, with the name of its body."""
    fields = ("address", "equipment", "capacity", "specialities")
    names = {row["key"]: {"en": row["name_en"], "zh-Hans": row["name_zh"]} for row in parts.bodies}
    return [
        {"body": key, "name": names[key], "city": parts.city_of(key)} | dict(zip(fields, values, strict=True))
        for key, values in parts.words["places"].items()
    ]


# Courses and their runs -----------------------------------------------------------------------------------------------
def make_courses(parts: Parts) -> list[Row]:
    """Each at a body that teaches its field, with one run or two."""
    chance, rows = parts.chance("courses"), table("courses")
    twice = set(chance.sample(range(len(rows)), RUNS - len(rows)))
    busy: dict[str, int] = {}
    courses = []
    for place, row in enumerate(rows):
        fitting = [key for key, fields in parts.words["teaches"].items() if row["field"] in fields]
        body = parts.least_busy(chance, fitting, busy)
        courses.append(_course(parts, chance, row, body, 1 + (place in twice)))
    return courses


def _course(parts: Parts, chance: Random, row: Row, body: str, runs: int) -> Row:
    chinese, weeks = in_either(chance), chance.choice((4, 6, 8, 10, 12, 16))
    hours = weeks * chance.choice((3, 4, 6))
    price = 0 if chance.random() < 0.15 else round(hours * chance.randint(18, 45), -1)
    in_english = row["field"] == "language" and "DT0073" in row["skills"]
    return {
        "body": body,
        "field": row["field"],
        "title": row["title_zh" if chinese else "title_en"],
        "text": _course_text(parts, chance, row, chinese, weeks, hours),
        "language": language(chinese),
        "taught_in": "en" if in_english else "zh",
        "weeks": weeks,
        "hours": hours,
        "skills": rows_of(levels_in(row["skills"])),
        "entry_levels": rows_of(levels_in(row["entry"])),
        "runs": [_run(parts, chance, row["field"], body, weeks, price, turn) for turn in range(runs)],
    }


def _course_text(parts: Parts, chance: Random, row: Row, chinese: bool, weeks: int, hours: int) -> str:
    """What is learnt, how, and what one brings along."""
    words, entry = parts.words["courses"]["zh" if chinese else "en"], levels_in(row["entry"])
    learn = parts.does(chance, levels_in(row["skills"]), chinese)
    said = filled(words["learn"], ["；".join(learn)] if chinese else learn, weeks=weeks, hours=hours)
    said.append(parts.sentence(chance, chinese, "methods", row["field"]))
    for level, does in zip(entry.values(), parts.does(chance, entry, chinese), strict=True):
        said.append(words["entry"][min(level, 3) - 1].format(does))
    return joined(said, chinese)


def _run(parts: Parts, chance: Random, field: str, body: str, weeks: int, price: int, turn: int) -> Row:
    """In the coming weeks, or (the second) some months later; with seats left, at the body's base, city or online."""
    starts, seats = parts.monday(chance.randint(3, 12) + 14 * turn), chance.choice((20, 24, 30, 36, 40, 48))
    online = field in ALSO_ONLINE and chance.random() < 0.3
    at_base = not online and body in parts.words["places"]
    return {
        "starts_on": starts.isoformat(),
        "ends_on": (starts + weeks * WEEK - datetime.timedelta(days=3)).isoformat(),
        "seats": seats,
        "taken": chance.randint(0, seats - 4),
        "price": {"amount": f"{price}.00", "currency": "CNY"},
        "online": online,
        "city": None if online or at_base else parts.city_of(body),
        "at_base": at_base,
    }


# Programs and their intakes -------------------------------------------------------------------------------------------
def make_programs(parts: Parts) -> list[Row]:
    chance = parts.chance("programs")
    return [_program(parts, chance, row) for row in table("programs")]


def _program(parts: Parts, chance: Random, row: Row) -> Row:
    chinese, city, levels = in_either(chance), parts.city_of(row["body"]), levels_in(row["skills"])
    years = YEARS.get(row["study"], 0)
    words = parts.words["programs"]["zh" if chinese else "en"]["major" if years else "short"]
    reach = parts.does(chance, levels, chinese)
    said = filled(words, ["；".join(reach)] if chinese else reach, lasts=years or MONTHS)
    if years:
        said.append(parts.sentence(chance, chinese, "practice"))
    return {
        "body": row["body"],
        "majors": row["fields"].split(),
        "names": (row["title_en"], row["title_zh"]),
        "title": row["title_zh" if chinese else "title_en"],
        "text": joined(said, chinese),
        "language": language(chinese),
        "study": row["study"],
        "major_code": row["major_code"],
        "taught_in": "en" if row["title_en"] == "Business English" else "zh",
        "city": city,
        "skills": rows_of(levels),
        "intakes": _intakes(parts, chance, years, city),
    }


def _intakes(parts: Parts, chance: Random, years: int, city: str) -> list[Row]:
    """A short program starts soon; a major next September, and an earlier intake of it leaves next June."""
    places, leaving = chance.choice((40, 60, 80, 120)), chance.randint(2, 8)
    next_september = parts.today.year + (parts.today.month > 8)
    next_june = parts.today.year + (parts.today.month > 5)
    days = [_in_september(year, years) for year in (next_september, next_june - years)]
    if not years:
        starts = parts.monday(9)
        days = [(starts - 7 * WEEK, starts - WEEK, starts, starts + MONTHS * 4 * WEEK)]
    names = ("enrols_from", "enrols_until", "starts_on", "ends_on")
    return [
        dict(zip(names, (day.isoformat() for day in intake), strict=True))
        | {"city": city, "places": places, "graduates": places - leaving}
        for intake in days
    ]


def _in_september(year: int, years: int) -> tuple[datetime.date, ...]:
    """Enrolment from and until, start and end of an intake of that year."""
    days = ((year, 6, 10), (year, 8, 10), (year, 9, 1), (year + years, 6, 30))
    return tuple(datetime.date(*day) for day in days)


# Experts --------------------------------------------------------------------------------------------------------------
def make_experts(parts: Parts) -> list[Row]:
    """Every other one writes in Chinese."""
    chance = parts.chance("experts")
    return [_expert(parts, chance, row, place % 2 == 1) for place, row in enumerate(table("experts"))]


def _expert(parts: Parts, chance: Random, row: Row, chinese: bool) -> Row:
    levels = levels_in(row["skills"])
    helps = parts.does(chance, levels, chinese)
    said = filled(parts.words["helps"]["zh" if chinese else "en"], ["；".join(helps)] if chinese else helps)
    return {
        "body": row["body"],
        "name": {"en": row["name_en"], "zh-Hans": row["name_zh"]},
        "headline": row["headline_zh" if chinese else "headline_en"],
        "text": joined([row["background_zh" if chinese else "background_en"], *said], chinese),
        "language": language(chinese),
        "advice": row["advice"].split(),
        "fields": row["fields"].split(),
        "city": row["city"],
        "travels": chance.random() < 0.7,
        "remote": chance.random() < 0.8,
        "languages": {"zh": 5, "en": chance.randint(3, 5)},
        "days_a_month": chance.randint(2, 8),
        "available_from": parts.monday(chance.randint(1, 10)).isoformat(),
        "skills": rows_of(levels),
    }
