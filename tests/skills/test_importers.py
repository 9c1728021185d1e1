"""Frameworks from elsewhere: read as published, refused with a clear word, and kept beside ours."""

import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from openpyxl import Workbook

from skills.framework import COLUMNS, HINTS, FrameworkFault, load_framework
from skills.importers import esco, onet, read_source
from skills.importers.store import store
from skills.models import Alias, Framework, SameAs, Skill, SkillRelation
from skills.same import Names, agreeing

DATA = Path(__file__).resolve().parents[1] / "data"
ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture
def esco_folder(tmp_path: Path) -> Path:
    """Six invented skills in the files and columns of ESCO, to be spoilt at will."""
    return Path(shutil.copytree(DATA / "esco", tmp_path / "esco"))


@pytest.fixture
def onet_folder(tmp_path: Path) -> Path:
    """Four invented skills in the text files of O*NET, to be spoilt at will."""
    return Path(shutil.copytree(DATA / "onet", tmp_path / "onet"))


@pytest.fixture
def a_csv(tmp_path: Path) -> Callable[..., str]:
    """Write a CSV of our format from rows that name only what matters."""

    def write(*rows: dict[str, str], name: str = "kites.csv", columns: tuple[str, ...] = COLUMNS) -> str:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    return write


def a_line(path: Path, number: int, old: str, new: str) -> None:
    """Change one line of a file."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new)
    path.write_text("".join(lines), encoding="utf-8")


def real(name: str) -> str:
    """The folder of the real thing; where it is not there the test has nothing to say."""
    folder = SHARED / name
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} is not there, and in CI nothing is skipped")
        pytest.skip(f"the published files of {name} are not at {folder}")
    return str(folder)


# Our own format -------------------------------------------------------------------------------------------------------
def test_the_word_digital_trade_is_the_framework_that_comes_with_the_platform() -> None:
    framework = read_source("digital-trade")

    assert (framework.code, framework.name_zh, framework.left_out) == ("digital-trade", "数字贸易", ())
    assert len(framework.rows) == len({row.code for row in framework.rows}) >= 80
    assert {row.group for row in framework.rows} <= {code for code, _, _ in framework.groups}


def test_a_csv_of_ones_own_is_read_with_its_lists_and_its_chinese(a_csv: Callable[..., str]) -> None:
    source = a_csv(
        {"code": "K1", "label_en": "Kites", "label_zh": "风筝", "aliases_zh": "纸鸢|鹞子 | 纸鸢", "group": "air"},
        {"code": "K2", "label_en": "Kite design", "broader": "K1", "related": "", "group": "air"},
    )

    framework = read_source(source)

    assert [row.code for row in framework.rows] == ["K1", "K2"]
    assert framework.rows[0].aliases_zh == ("纸鸢", "鹞子")
    assert framework.rows[1].broader == ("K1",)
    assert framework.groups == [("air", "air", "air")]


def test_a_csv_may_tell_by_which_words_of_the_work_a_skill_shows(a_csv: Callable[..., str]) -> None:
    line = {"code": "K1", "label_en": "Kites", "hints_en": "bridle point| bridle point|tail", "hints_zh": "提线"}

    told, untold = read_source(a_csv(line, columns=(*COLUMNS, *HINTS))), read_source(a_csv(line))

    assert (told.rows[0].hints_en, told.rows[0].hints_zh) == (("bridle point", "tail"), ("提线",))
    assert (untold.rows[0].hints_en, untold.rows[0].hints_zh) == ((), ())


def test_the_version_of_a_csv_changes_with_its_content(a_csv: Callable[..., str]) -> None:
    first = read_source(a_csv({"code": "K1", "label_en": "Kites"})).version
    again = read_source(a_csv({"code": "K1", "label_en": "Kites"})).version
    changed = read_source(a_csv({"code": "K1", "label_en": "Kite"})).version

    assert first == again != changed


def test_a_skill_may_have_its_label_in_one_language_only(a_csv: Callable[..., str]) -> None:
    framework = read_source(a_csv({"code": "K1", "label_zh": "风筝"}, {"code": "K2", "label_en": "Kites"}))

    assert len(framework.rows) == 2
    assert framework.left_out == ()


def test_bad_lines_of_a_csv_are_named_and_the_others_go_on(a_csv: Callable[..., str]) -> None:
    framework = read_source(
        a_csv(
            {"code": "K1", "label_en": "Kites", "related": "K9|K1|K4"},
            {"code": "K1", "label_en": "Kites again"},
            {"code": "", "label_en": "No code"},
            {"code": "K3"},
            {"code": "K4", "label_en": "Strings"},
        )
    )

    assert [(row.code, row.label_en) for row in framework.rows] == [("K1", "Kites"), ("K4", "Strings")]
    assert framework.rows[0].related == ("K4",)
    assert framework.left_out == (
        "kites.csv, line 3: the code K1 stands twice",
        "kites.csv, line 4: no code",
        "kites.csv, line 5: K3 has no label in either language",
        "kites.csv, line 2: K1 is related to K9, which is no skill here",
        "kites.csv, line 2: K1 is related to itself",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "columns missing: code, label_en"),
        (",".join(COLUMNS).encode(), "there is no skill in it"),
        (b"code,label_en\nK1,Kites\n", "columns missing: label_zh"),
        (",".join(COLUMNS).encode() + b"\nK1,\xff\xfe", "not in UTF-8"),
        (b"PK\x03\x04 an archive, not a table", "columns missing"),
    ],
    ids=["empty", "no rows", "other columns", "other encoding", "another kind of file"],
)
def test_a_file_that_is_no_framework_is_refused_with_its_reason(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "skills.csv"
    path.write_bytes(content)

    with pytest.raises(FrameworkFault, match=said):
        read_source(str(path))


def test_a_source_that_does_not_exist_and_a_folder_of_something_else_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FrameworkFault, match="no such file or folder"):
        read_source(str(tmp_path / "nowhere"))
    with pytest.raises(FrameworkFault, match="neither the files of ESCO"):
        read_source(str(tmp_path))


# ESCO -----------------------------------------------------------------------------------------------------------------
def test_an_esco_folder_gives_its_skills_with_names_relations_and_groups(esco_folder: Path) -> None:
    framework = read_source(str(esco_folder))
    rows = {row.code: row for row in framework.rows}

    assert framework.code == "esco"
    assert "European Commission" in framework.attribution
    assert rows["a1"].label_en == "run a kite shop"
    assert rows["a1"].label_zh == ""
    assert rows["a1"].aliases_en == ("keep a kite shop", "manage kite sales")
    assert rows["a2"].aliases_en == ("kite selling",), "an alias that is the label says nothing"
    assert rows["a2"].broader == ("a1",)
    assert rows["a2"].related == ("b1",)
    assert rows["a1"].broader == (), "a group is no skill"
    assert framework.left_out == ()


def test_esco_skills_stand_in_the_nearest_group_of_the_first_level(esco_folder: Path) -> None:
    framework = read_source(str(esco_folder))

    assert {row.code: row.group for row in framework.rows} == {
        "a1": "S1",
        "a2": "S1",
        "b1": "K05",
        "b2": "K05",
        "c1": "S5",
        "d1": "other",
    }
    assert [code for code, _, _ in framework.groups] == ["K05", "S1", "S5", "other"]


def test_an_esco_that_names_its_relation_files_by_language_and_adds_columns_is_read(esco_folder: Path) -> None:
    plain = read_source(str(esco_folder))
    for name in ("broaderRelationsSkillPillar", "skillSkillRelations"):
        (esco_folder / f"{name}.csv").rename(esco_folder / f"{name}_en.csv")
    path = esco_folder / "skillSkillRelations_en.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(f"new column {number},{line}" for number, line in enumerate(lines)))

    assert read_source(str(esco_folder)) == plain


@pytest.mark.parametrize(
    "name", ["skills_en.csv", "broaderRelationsSkillPillar.csv", "skillSkillRelations.csv", "skillsHierarchy_en.csv"]
)
def test_an_esco_folder_with_a_file_missing_names_it(esco_folder: Path, name: str) -> None:
    (esco_folder / name).unlink()

    with pytest.raises(FrameworkFault, match=f"the ESCO file {name} is missing"):
        read_source(str(esco_folder))


def test_an_esco_of_an_older_make_is_refused_by_the_columns_it_lacks(esco_folder: Path) -> None:
    a_line(esco_folder / "skills_en.csv", 0, "altLabels", "alternative")

    with pytest.raises(FrameworkFault, match=r"skills_en.csv: columns missing: altLabels; ESCO can be read from"):
        read_source(str(esco_folder))


def test_an_esco_folder_of_two_versions_is_refused(esco_folder: Path) -> None:
    path = esco_folder / "broaderRelationsSkillPillar.csv"
    path.write_text(
        path.read_text().replace("esco/skill/a", "esco/skill/old-a").replace("esco/skill/b", "esco/skill/old-b")
    )
    path.write_text(path.read_text().replace("esco/skill/c", "esco/skill/old-c"))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], *(line for line in lines[1:] if line.startswith("Knowledge"))]))

    with pytest.raises(FrameworkFault, match="different versions of ESCO"):
        read_source(str(esco_folder))


def test_a_few_relations_to_skills_that_are_gone_are_told(esco_folder: Path) -> None:
    a_line(esco_folder / "broaderRelationsSkillPillar.csv", 1, "skill/a1", "skill/gone")

    framework = read_source(str(esco_folder))

    assert framework.left_out == ("broaderRelationsSkillPillar: 1 of 10 relations name a skill that is not there",)


def test_esco_occupations_ask_for_essential_and_optional_skills_once(esco_folder: Path) -> None:
    seller, scientist = esco.read_occupations(esco_folder)

    assert (seller.title, seller.essential, seller.optional) == ("kite seller", ("a2",), ("a1",))
    assert (scientist.essential, scientist.optional) == (("b1", "b2"), ("c1",))
    (esco_folder / "occupationSkillRelations.csv").unlink()
    with pytest.raises(FrameworkFault, match=r"occupationSkillRelations\.csv is missing"):
        esco.read_occupations(esco_folder)


# O*NET ----------------------------------------------------------------------------------------------------------------
def as_excel(folder: Path) -> None:
    """Turn the text files of an O*NET folder into Excel files, numbers as numbers, with the title column they have."""
    for path in list(folder.glob("*[!e].txt")):
        book = Workbook()
        for line in path.read_text(encoding="utf-8").splitlines():
            cells: list[Any] = line.split("\t")
            book.worksheets[0].append([float(cell) if cell.replace(".", "", 1).isdigit() else cell for cell in cells])
        book.save(path.with_suffix(".xlsx"))
        path.unlink()


def test_an_onet_folder_gives_rated_elements_and_technology_with_its_examples(onet_folder: Path) -> None:
    framework = read_source(str(onet_folder))

    assert (framework.code, framework.version) == ("onet", "41.5")
    assert "O*NET 41.5" in framework.attribution
    assert [(row.code, row.label_en, row.group) for row in framework.rows] == [
        ("2.A.1.a", 'Reading the "Wind"', "basic"),
        ("2.B.1.a", "Standing in Rain", "cross-functional"),
        ("43230001", "Kite design software", "technology"),
        ("43230002", "Counting software", "technology"),
    ]
    assert framework.rows[2].aliases_en == ("KiteCAD", "WindTunnel 3")


def test_the_excel_files_of_onet_say_the_same_as_the_text_files(onet_folder: Path, tmp_path: Path) -> None:
    text, occupations = read_source(str(onet_folder)), onet.read_occupations(onet_folder)
    excel_folder = Path(shutil.copytree(onet_folder, tmp_path / "excel"))
    as_excel(excel_folder)

    excel = read_source(str(excel_folder))

    assert not list(excel_folder.glob("Skills.txt"))
    assert {row.label_en: row.aliases_en for row in excel.rows} == {row.label_en: row.aliases_en for row in text.rows}
    assert onet.read_occupations(excel_folder)[0].ratings == occupations[0].ratings


def test_onet_ratings_come_on_our_scale_of_one_to_five(onet_folder: Path) -> None:
    makers, sellers = onet.read_occupations(onet_folder)

    assert makers.title == "Kite Makers"
    assert makers.ratings["2.A.1.a"] == onet.Rating(importance=4.5, level=5.0)
    assert makers.ratings["2.B.1.a"] == onet.Rating(importance=1.0, level=None)
    assert sellers.ratings["2.A.1.a"].level == pytest.approx(3.0)
    assert sellers.technology == ("43230001", "43230002")


@pytest.mark.parametrize("name", ["Skills", "Technology Skills"])
def test_an_onet_folder_with_a_file_missing_names_it(onet_folder: Path, name: str) -> None:
    (onet_folder / f"{name}.txt").unlink()

    with pytest.raises(FrameworkFault, match=rf"the O\*NET file {name}\.xlsx \(or {name}\.txt\) is missing"):
        read_source(str(onet_folder))


def test_broken_onet_files_are_refused_with_their_reason(onet_folder: Path) -> None:
    a_line(onet_folder / "Skills.txt", 1, "4.50", "much")
    with pytest.raises(FrameworkFault, match=r"'much' of 90-0001\.00 is no number"):
        onet.read_occupations(onet_folder)
    a_line(onet_folder / "Skills.txt", 0, "Scale ID", "Scale")
    with pytest.raises(FrameworkFault, match=r"Skills\.txt: columns missing: Scale ID"):
        read_source(str(onet_folder))
    (onet_folder / "Skills.xlsx").write_bytes(b"this is no archive")
    with pytest.raises(FrameworkFault, match=r"Skills\.xlsx: cannot be read as an Excel file"):
        read_source(str(onet_folder))


# The tables -----------------------------------------------------------------------------------------------------------
def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Framework, Skill, Alias, SkillRelation, SameAs))


@pytest.mark.django_db
def test_an_imported_framework_stands_beside_ours_which_stays_as_it_is(esco_folder: Path) -> None:
    load_framework()
    ours = list(Skill.objects.current().values_list("code", "label_en"))

    call_command("import_framework", str(esco_folder))

    imported = Framework.objects.get(code="esco")
    assert imported.current
    assert "European Commission" in imported.attribution
    assert imported.skills.get(code="a2").relations.count() == 2
    assert list(Skill.objects.current().values_list("code", "label_en")) == ours


@pytest.mark.django_db
def test_the_same_import_again_doubles_nothing(esco_folder: Path, onet_folder: Path) -> None:
    for folder in (esco_folder, onet_folder):
        call_command("import_framework", str(folder))
    before, keys = counts(), set(Skill.objects.values_list("id", flat=True))

    for folder in (esco_folder, onet_folder):
        call_command("import_framework", str(folder))

    assert counts() == before
    assert set(Skill.objects.values_list("id", flat=True)) == keys


@pytest.mark.django_db
def test_an_import_brings_what_has_changed_in_the_same_version(esco_folder: Path) -> None:
    call_command("import_framework", str(esco_folder))
    key = Skill.objects.get(code="a2").pk
    a_line(esco_folder / "skills_en.csv", 3, "sell kites", "sell any kite")

    call_command("import_framework", str(esco_folder))

    assert Skill.objects.get(pk=key).label_en == "sell any kite"


@pytest.mark.django_db
def test_a_newer_version_becomes_the_current_one_and_an_older_does_not(onet_folder: Path) -> None:
    def imported(version: str) -> None:
        (onet_folder / "Read Me.txt").write_text(f"O*NET {version} Database")
        call_command("import_framework", str(onet_folder))

    for version in ("9.1", "10.0", "9.9"):
        imported(version)

    assert Framework.objects.get(code="onet", current=True).version == "10.0"
    assert Framework.objects.filter(code="onet").count() == 3


@pytest.mark.django_db
def test_a_skill_without_a_chinese_label_is_called_by_its_english_one(esco_folder: Path) -> None:
    store(read_source(str(esco_folder)))

    with translation.override("zh-hans"):
        assert Skill.objects.get(code="a1").label == "run a kite shop"
        assert str(Skill.objects.get(code="a1").group) == "selling"


@pytest.mark.django_db
def test_an_import_that_cannot_be_done_changes_nothing(esco_folder: Path, a_csv: Callable[..., str]) -> None:
    (esco_folder / "skills_en.csv").unlink()
    with pytest.raises(CommandError, match=r"skills_en\.csv is missing"):
        call_command("import_framework", str(esco_folder))
    with pytest.raises(CommandError, match="label_en has more than 200 characters"):
        call_command("import_framework", a_csv({"code": "K1", "label_en": "k" * 201}))

    assert counts() == (0, 0, 0, 0, 0)


@pytest.mark.django_db
def test_a_file_named_as_our_framework_does_not_replace_it(a_csv: Callable[..., str]) -> None:
    load_framework()
    before = counts()

    with pytest.raises(CommandError, match="use load_framework"):
        call_command("import_framework", a_csv({"code": "DT0001", "label_en": "Mine"}, name="digital-trade.csv"))

    assert counts() == before


# The same skill in two frameworks -------------------------------------------------------------------------------------
def test_skills_are_the_same_where_labels_agree_whatever_their_width_case_and_brackets() -> None:
    ours = {1: Names.of(["Machine learning", "机器学习"]), 2: Names.of(["Python"]), 3: Names.of(["SQL"])}
    others = {
        11: Names.of(["ＭＡＣＨＩＮＥ  Learning"]),
        12: Names.of(["Python (computer programming)"]),
        13: Names.of(["database queries"]),
    }

    assert agreeing(ours, others) == [(1, 11, SameAs.Reason.LABEL), (2, 12, SameAs.Reason.LABEL)]


def test_a_tool_among_the_aliases_does_not_make_two_skills_the_same() -> None:
    ours = {1: Names.of(["Querying data"], ["MySQL", "SQL"])}
    others = {11: Names.of(["MySQL"], ["SQL"]), 12: Names.of(["database software"], ["MySQL"])}

    assert agreeing(ours, others) == []


def test_skills_whose_labels_are_each_an_alias_of_the_other_are_the_same() -> None:
    ours = {1: Names.of(["Search engine optimisation"], ["SEO"])}
    others = {11: Names.of(["SEO"], ["search engine optimisation"])}

    assert agreeing(ours, others) == [(1, 11, SameAs.Reason.ALIASES)]


def test_who_agrees_with_two_is_linked_to_none() -> None:
    ours = {1: Names.of(["Design"]), 2: Names.of(["Kites"])}
    others = {11: Names.of(["design (of kites)"]), 12: Names.of(["design (of strings)"]), 13: Names.of(["kites"])}

    assert agreeing(ours, others) == [(2, 13, SameAs.Reason.LABEL)]


@pytest.mark.django_db
def test_an_import_links_the_skills_that_ours_has_too_and_again_only_once(
    esco_folder: Path, a_csv: Callable[..., str]
) -> None:
    call_command(
        "import_framework", a_csv({"code": "K1", "label_en": "Kite Physics"}, {"code": "K2", "label_en": "Tea"})
    )

    for _time in range(2):
        call_command("import_framework", str(esco_folder))

    link = SameAs.objects.get()
    assert (link.skill.code, link.other.code, link.reason) == ("K1", "b1", SameAs.Reason.LABEL)


@pytest.mark.django_db
def test_a_link_goes_when_the_label_has_changed(esco_folder: Path, a_csv: Callable[..., str]) -> None:
    call_command("import_framework", a_csv({"code": "K1", "label_en": "Kite Physics"}))
    call_command("import_framework", str(esco_folder))
    a_line(esco_folder / "skills_en.csv", 5, "kite physics", "theory of kites")

    call_command("import_framework", str(esco_folder))

    assert not SameAs.objects.exists()


# The real thing -------------------------------------------------------------------------------------------------------
def test_esco_as_published_is_read_whole() -> None:
    framework = read_source(real("esco"))

    assert framework.version == "1.1.1"
    assert len(framework.rows) > 13_000
    assert framework.left_out == ()
    assert all(row.group != "other" and row.definition_en for row in framework.rows)


def test_onet_as_published_is_read_whole() -> None:
    framework = read_source(real("onet"))

    assert framework.version.split(".")[0].isdigit()
    assert {row.group for row in framework.rows} == {"basic", "cross-functional", "technology"}
    assert len(onet.read_occupations(Path(real("onet")))) > 800
