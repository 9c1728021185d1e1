"""Reading a framework from its file, checking it, and keeping it in the tables."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.db import transaction

from . import near, same
from .models import Alias, Framework, Hint, Skill, SkillGroup, SkillRelation

DATA = Path(__file__).parent / "data"
EMBEDDED = "digital-trade"
EMBEDDED_VERSION = "1"
EMBEDDED_NAMES = ("Digital trade", "数字贸易")
COLUMNS = (
    *("code", "label_en", "label_zh", "aliases_en", "aliases_zh", "definition_en", "definition_zh"),
    *("group", "broader", "related"),
)
HINTS = ("hints_en", "hints_zh")  # a file may do without these
MOST_HINTED_AT = 2


@dataclass(frozen=True)
class SkillRow:
    """One line of a framework's file; lists are tuples."""

    code: str
    label_en: str
    label_zh: str
    aliases_en: tuple[str, ...]
    aliases_zh: tuple[str, ...]
    definition_en: str
    definition_zh: str
    group: str
    broader: tuple[str, ...]
    related: tuple[str, ...]
    hints_en: tuple[str, ...] = ()
    hints_zh: tuple[str, ...] = ()

    def names(self, language: str) -> tuple[str, ...]:
        """Label and aliases in one language, "en" or "zh"."""
        return (self.label_en, *self.aliases_en) if language == "en" else (self.label_zh, *self.aliases_zh)

    def hints(self, language: str) -> tuple[str, ...]:
        """Words of the work in one language, "en" or "zh", by which a text shows the skill without naming it."""
        return self.hints_en if language == "en" else self.hints_zh


class FrameworkFault(ValueError):
    """A framework's file breaks its own rules; the message lists every place."""


def read_skills(path: Path) -> list[SkillRow]:
    """The rows of a skills file (CSV, UTF-8, lists separated by `|`)."""

    def parts(text: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in text.split("|") if part.strip())

    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise FrameworkFault(f"{path.name}: columns missing: {', '.join(missing)}")
        return [
            SkillRow(
                code=row["code"].strip(),
                label_en=row["label_en"].strip(),
                label_zh=row["label_zh"].strip(),
                aliases_en=parts(row["aliases_en"]),
                aliases_zh=parts(row["aliases_zh"]),
                definition_en=row["definition_en"].strip(),
                definition_zh=row["definition_zh"].strip(),
                group=row["group"].strip(),
                broader=parts(row["broader"]),
                related=parts(row["related"]),
                **{name: parts(row.get(name) or "") for name in HINTS},
            )
            for row in reader
        ]


def read_groups(path: Path) -> list[tuple[str, str, str]]:
    """Code, English and Chinese label of each group, in order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["label_en"], row["label_zh"]) for row in csv.DictReader(file)]


def faults(rows: list[SkillRow], groups: Iterable[str]) -> Iterator[str]:
    """Every way in which the rows break the rules of a framework, as sentences for its author."""
    known_groups = set(groups)
    codes = {row.code for row in rows}
    if len(codes) < len(rows):
        yield "a code stands twice"
    for language in ("en", "zh"):
        owners: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            for name in row.names(language):
                owners[name.casefold()].add(row.code)
        for name, shared in owners.items():
            if len(shared) > 1:
                yield f"“{name}” names {', '.join(sorted(shared))}"
        hinted = {(hint.casefold(), row.code) for row in rows for hint in row.hints(language)}
        for hint, code in sorted(hinted):
            if hint in owners:
                yield f"“{hint}” hints at {code} but names {', '.join(sorted(owners[hint]))}"
        for hint, count in Counter(hint for hint, _ in hinted).items():
            if count > MOST_HINTED_AT:
                yield f"“{hint}” hints at {count} skills, which tells too little of each"
    for row in rows:
        for field in ("code", "label_en", "label_zh", "definition_en", "definition_zh"):
            if not getattr(row, field):
                yield f"{row.code}: {field} is empty"
        if row.group not in known_groups:
            yield f"{row.code}: unknown group {row.group}"
        for other in chain(row.broader, row.related):
            if other not in codes or other == row.code:
                yield f"{row.code}: relation to {other}, which is not another skill"
    yield from (f"{code} is broader than itself" for code in _in_cycles(rows))


def _in_cycles(rows: list[SkillRow]) -> Iterator[str]:
    broader = {row.code: set(row.broader) for row in rows}
    for code in broader:
        seen: set[str] = set()
        ahead = set(broader[code])
        while ahead:
            step = ahead.pop()
            if step == code:
                yield code
                break
            if step not in seen:
                seen.add(step)
                ahead |= broader.get(step, set())


@transaction.atomic
def load_framework(
    path: Path = DATA / "digital_trade.csv", groups: Path = DATA / "digital_trade_groups.csv"
) -> Framework:
    """Bring the embedded framework into the tables; the same file again changes nothing."""
    framework = Framework.objects.filter(code=EMBEDDED, version=EMBEDDED_VERSION).first()
    digest = hashlib.sha256(near.METHOD.encode() + path.read_bytes() + groups.read_bytes()).hexdigest()
    if framework and framework.loaded_from == digest:
        return framework
    rows, group_rows = read_skills(path), read_groups(groups)
    if wrong := list(faults(rows, (code for code, _, _ in group_rows))):
        raise FrameworkFault("; ".join(wrong))
    framework, _made = Framework.objects.update_or_create(
        code=EMBEDDED,
        version=EMBEDDED_VERSION,
        defaults={
            "name_en": EMBEDDED_NAMES[0],
            "name_zh": EMBEDDED_NAMES[1],
            "current": True,
            "loaded_from": digest,
        },
    )
    group_of = {}
    for position, (code, label_en, label_zh) in enumerate(group_rows):
        group_of[code], _made = SkillGroup.objects.update_or_create(
            framework=framework, code=code, defaults={"name_en": label_en, "name_zh": label_zh, "position": position}
        )
    store_skills(framework, rows, group_of)
    same.link_frameworks(framework)
    near.fit(framework)
    return framework


def store_skills(framework: Framework, rows: Sequence[SkillRow], group_of: Mapping[str, SkillGroup]) -> None:
    """Bring skills and what belongs to them into the tables, over those that are there. Nothing comes twice."""
    Skill.objects.bulk_create(
        [
            Skill(
                framework=framework,
                group=group_of[row.group],
                code=row.code,
                label_en=row.label_en,
                label_zh=row.label_zh,
                definition_en=row.definition_en,
                definition_zh=row.definition_zh,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["framework", "code"],
        update_fields=["group", "label_en", "label_zh", "definition_en", "definition_zh"],
    )
    skill_of = {skill.code: skill for skill in framework.skills.all()}
    Alias.objects.filter(skill__framework=framework).delete()
    Alias.objects.bulk_create(
        Alias(skill=skill_of[row.code], language=language, text=text)
        for row in rows
        for language, texts in (("en", row.aliases_en), ("zh-hans", row.aliases_zh))
        for text in dict.fromkeys(texts)
    )
    Hint.objects.filter(skill__framework=framework).delete()
    Hint.objects.bulk_create(
        Hint(skill=skill_of[row.code], language=language, text=text)
        for row in rows
        for language, texts in (("en", row.hints_en), ("zh-hans", row.hints_zh))
        for text in dict.fromkeys(texts)
    )
    SkillRelation.objects.filter(skill__framework=framework).delete()
    SkillRelation.objects.bulk_create(
        SkillRelation(skill=skill_of[row.code], other=skill_of[other], kind=kind)
        for row in rows
        for kind, others in ((SkillRelation.Kind.BROADER, row.broader), (SkillRelation.Kind.RELATED, row.related))
        for other in dict.fromkeys(others)
    )
