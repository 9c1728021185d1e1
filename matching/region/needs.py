"""What the firms of the region ask for."""

from random import Random

from .parts import Levels, Parts, Row, filled, in_either, joined, language, levels_in, some

JOBS_LEFT_OUT, INTERNSHIPS = 3, 24
PEOPLE = {"job": (1, 3), "internship": (2, 6), "project": (1, 2), "training": (12, 40), "advice": (1, 1)}


def make_needs(parts: Parts) -> list[Row]:
    """Each role once, at the firm that it fits and that has fewest needs so far; some jobs as internships too."""
    chance = parts.chance("needs")
    firms = {row["key"]: row for row in parts.bodies if row["kind"] == "enterprise"}
    jobs = [role for role in parts.roles if role["kind"] == "job"]
    offered = chance.sample(jobs, len(jobs) - JOBS_LEFT_OUT) + [role for role in parts.roles if role["kind"] != "job"]
    offered += [role | {"kind": "internship"} for role in chance.sample(jobs, INTERNSHIPS)]
    chance.shuffle(offered)
    busy: dict[str, int] = {}
    needs = []
    for role in offered:
        fitting = [key for key, firm in firms.items() if firm["industry"] in _industries(parts, role)]
        needs.append(_need(parts, chance, role, firms[parts.least_busy(chance, fitting, busy)]))
    return needs


def _industries(parts: Parts, role: Row) -> set[str]:
    groups = parts.words["industries"]
    return {industry for word in role["industries"].split() for industry in groups.get(word, [word])}


def _need(parts: Parts, chance: Random, role: Row, firm: Row) -> Row:
    kind, chinese = role["kind"], in_either(chance)
    lower = kind == "internship"
    core = {code: level - lower for code, level in levels_in(role["core"]).items()}
    more = some(chance, levels_in(role["extra"]), 2, 3)
    more = {code: max(1, level - lower) for code, level in more.items()}
    title = role["title_zh" if chinese else "title_en"]
    if lower:
        title += "（实习）" if chinese else " (internship)"
    english, people = int(role["english"]) - lower, chance.randint(*PEOPLE[kind])
    return {
        "body": firm["key"],
        "title": title,
        "text": _text(parts, chance, role, firm, core, more, chinese, people),
        "language": language(chinese),
        "kind": kind,
        "area": role["area"],
        "skills": [
            {"skill": code, "min_level": level, "weight": 1.0 if place else 1.5, "essential": code in core}
            for place, (code, level) in enumerate((core | more).items())
        ],
        "city": firm["city"],
        "remote": kind in ("project", "advice") and chance.random() < 0.5,
        "languages": {"en": english} if english > 0 else {},
        "headcount": people,
        "starts_on": parts.monday(chance.randint(4, 26)).isoformat(),
        "pay": _pay(chance, role),
    }


def _text(
    parts: Parts, chance: Random, role: Row, firm: Row, core: Levels, more: Levels, chinese: bool, people: int
) -> str:
    """Who the firm is, why it asks, what is to be done and how the work goes."""
    kind, stems = role["kind"], parts.words["stems"][role["kind"]]
    must, may = parts.does(chance, core, chinese), parts.does(chance, more, chinese)
    if chinese:
        said = filled([stems["zh"]], ["；".join(must)], people=people)
        said += filled(stems["zh_more"], [may[0], "；".join(may[1:])][: len(may)])
    else:
        said = filled(stems["en"], must, people=people) + filled(stems["en_more"], may)
    shared = role["area"] == "going-abroad-in-groups"
    why = parts.sentence(chance, chinese, "group") if shared else parts.sentence(chance, chinese, "whys", kind)
    return joined(
        [_opening(parts, chance, firm, chinese), why, *said, parts.sentence(chance, chinese, "closings", kind)], chinese
    )


def _opening(parts: Parts, chance: Random, firm: Row, chinese: bool) -> str:
    markets = [parts.words["markets"][code][chinese] for code in firm["markets"].split()]
    return parts.sentence(chance, chinese, "openings").format(
        city=parts.words["cities"][firm["city"]][chinese],
        does=firm["does_zh" if chinese else "does_en"],
        markets="、".join(markets) if chinese else f"{', '.join(markets[:-1])} and {markets[-1]}",
        size=parts.words["sizes"][firm["size"]][chinese],
    )


def _pay(chance: Random, role: Row) -> Row | None:
    """By the month; training and advice are paid by agreement."""
    if role["kind"] in ("training", "advice"):
        return None
    job = 9000 if role["major"] in ("software", "data") else 6000
    lowest = {"internship": 2800, "project": 7000}.get(role["kind"], job) + 500 * chance.randint(0, 3)
    highest = lowest + 500 * chance.randint(1, 6 if role["kind"] == "job" else 2)
    return {"min": f"{lowest}.00", "max": f"{highest}.00", "currency": "CNY", "per": "month"}
