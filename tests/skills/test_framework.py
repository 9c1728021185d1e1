"""The embedded framework keeps its own rules, and loads without doubling."""

import csv
from pathlib import Path

import pytest

from skills.framework import DATA, FrameworkFault, SkillRow, faults, load_framework, read_groups, read_skills
from skills.models import Hint, NearSkill, Skill

ROWS = read_skills(DATA / "digital_trade.csv")
GROUPS = [code for code, _, _ in read_groups(DATA / "digital_trade_groups.csv")]


def a_row(code: str, **fields: object) -> SkillRow:
    given = {
        "code": code,
        "label_en": f"Skill {code}",
        "label_zh": f"技能{code}",
        "aliases_en": (),
        "aliases_zh": (),
        "definition_en": "What it is.",
        "definition_zh": "它是什么。",
        "group": "data-ai",
        "broader": (),
        "related": (),
    }
    return SkillRow(**given | fields)  # type: ignore[arg-type]


def test_the_embedded_framework_has_no_faults() -> None:
    assert list(faults(ROWS, GROUPS)) == []


def test_every_skill_has_three_aliases_in_each_language() -> None:
    assert [row.code for row in ROWS if len(row.aliases_en) < 3 or len(row.aliases_zh) < 3] == []


def test_every_skill_has_hints_in_both_languages() -> None:
    assert [row.code for row in ROWS if not row.hints_en or not row.hints_zh] == []


def test_every_group_has_skills_and_every_definition_is_one_line() -> None:
    assert {row.group for row in ROWS} == set(GROUPS)
    assert all("\n" not in row.definition_en + row.definition_zh for row in ROWS)


def test_chinese_texts_are_chinese() -> None:
    def is_han(text: str) -> bool:
        return any("\u4e00" <= letter <= "\u9fff" for letter in text)

    assert [row.code for row in ROWS if not is_han(row.definition_zh) or is_han(row.label_en + row.definition_en)] == []


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([a_row("A"), a_row("A", label_en="B", label_zh="乙")], "a code stands twice"),
        ([a_row("A", aliases_en=("x",)), a_row("B", aliases_en=("X",))], "“x” names A, B"),
        ([a_row("A", aliases_en=("x",)), a_row("B", hints_en=("X",))], "“x” hints at B but names A"),
        (
            [a_row(code, hints_zh=("订舱",)) for code in "ABC"],
            "“订舱” hints at 3 skills, which tells too little of each",
        ),
        ([a_row("A", label_zh="")], "A: label_zh is empty"),
        ([a_row("A", group="nowhere")], "A: unknown group nowhere"),
        ([a_row("A", related=("Z",))], "A: relation to Z, which is not another skill"),
        ([a_row("A", broader=("B",)), a_row("B", broader=("A",))], "A is broader than itself"),
    ],
)
def test_a_fault_is_named(rows: list[SkillRow], complaint: str) -> None:
    assert complaint in list(faults(rows, GROUPS))


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    load_framework()
    assert Skill.objects.count() == len(ROWS)
    assert Hint.objects.count() == sum(len(row.hints_en) + len(row.hints_zh) for row in ROWS)
    ids = set(NearSkill.objects.values_list("id", flat=True))
    load_framework()
    assert set(NearSkill.objects.values_list("id", flat=True)) == ids


@pytest.mark.django_db
def test_a_changed_file_keeps_skills_and_their_keys(tmp_path: Path) -> None:
    load_framework()
    before = dict(Skill.objects.values_list("code", "id"))
    with (DATA / "digital_trade.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["label_en"] = "Another label"
    changed = tmp_path / "skills.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    load_framework(changed)
    assert dict(Skill.objects.values_list("code", "id")) == before
    assert Skill.objects.get(code=rows[0]["code"]).label_en == "Another label"


@pytest.mark.django_db
def test_a_faulty_file_changes_nothing(tmp_path: Path) -> None:
    faulty = tmp_path / "skills.csv"
    faulty.write_text("code,label_en\nA,B\n", encoding="utf-8")
    with pytest.raises(FrameworkFault, match="columns missing: label_zh"):
        load_framework(faulty)
    assert not Skill.objects.exists()


@pytest.mark.django_db
def test_relations_become_near_skills_directed_as_the_model_says() -> None:
    load_framework()
    child = next(row for row in ROWS if row.broader)
    parent = Skill.objects.get(code=child.broader[0])
    narrower = NearSkill.objects.get(wanted=parent, held__code=child.code)
    broader = NearSkill.objects.get(wanted__code=child.code, held=parent)
    assert (narrower.value, narrower.reason) == (0.6, "narrower")
    assert (broader.value, broader.reason) == (0.3, "broader")
    stated = NearSkill.objects.filter(source=NearSkill.Source.FRAMEWORK)
    assert set(stated.values_list("value", flat=True)) <= {0.6, 0.45, 0.3}
