"""The demo: a region that does not exist and yet makes sense, the same for the same seed and day."""

import datetime
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.cities import CITIES, load_cities
from accounts.models import Organisation, User
from enterprises.areas import load_areas
from enterprises.models import Area, Need
from matching.explaining import FIRM, explain_pairs
from matching.management.commands.load_demo import DEMO
from matching.models import Job, Match, Run, TextFit
from matching.region import Region, make_region
from matching.region.parts import table
from skills.framework import DATA, load_framework, read_skills
from talent.models import Claim, Course, CourseRun, Expert, Profile, Program, StudentLink, TrainingBase
from talent.naming import load_plants

DAY = datetime.date(2026, 11, 25)
REGION = make_region(DAY)
FIRST = json.loads(DEMO.read_text(encoding="utf-8"))
POSTED = [*REGION.needs, *REGION.courses, *REGION.programs, *REGION.experts, *REGION.students]
HAN = re.compile("[\u4e00-\u9fff]")


def test_the_same_seed_and_day_give_the_same_region_and_another_seed_another() -> None:
    assert make_region(DAY) == REGION
    other = make_region(DAY, seed="another")
    assert other.needs != REGION.needs
    assert other.students != REGION.students


def test_the_region_has_its_numbers() -> None:
    kinds = Counter(row["kind"] for row in REGION.bodies)
    schools = kinds["university"], kinds["vocational_college"], kinds["vocational_school"]
    assert (sum(schools), min(schools) > 0) == (12, True)
    assert (kinds["training_base"], len(REGION.bases)) == (8, 8)
    assert kinds["enterprise"] + len(FIRST["organisations"]) == 40
    assert len(REGION.needs) + len(FIRST["needs"]) == 120
    assert (len(REGION.programs), len(REGION.courses), len(REGION.experts)) == (30, 80, 15)
    assert sum(len(course["runs"]) for course in REGION.courses) == 150
    assert len(REGION.students) + len(FIRST["profiles"]) == 300


def test_it_lies_over_the_nine_cities_in_all_areas_and_asks_for_every_kind_of_work() -> None:
    cities = {line.split(",")[0] for line in CITIES.read_text(encoding="utf-8").splitlines()[1:]}
    for rows in (REGION.bodies, REGION.needs, REGION.students):
        assert {row["city"] for row in rows} == cities
    assert set(Counter(row["kind"] for row in REGION.needs)) == {"job", "internship", "project", "training", "advice"}
    areas = (Path(CITIES).parents[2] / "enterprises" / "data" / "areas.csv").read_text(encoding="utf-8").splitlines()
    assert {row["area"] for row in REGION.needs} == {line.split(",")[0] for line in areas[1:]}


def test_no_two_organisations_and_no_two_people_have_one_name() -> None:
    for language in ("name_en", "name_zh"):
        names = [row[language] for row in [*REGION.bodies, *FIRST["organisations"]]]
        assert len(set(names)) == len(names) == 60
    people = [row["name"] for row in [*REGION.students, *FIRST["profiles"]]]
    assert len(set(people)) == 300


def test_every_text_is_there_in_its_language_and_has_no_gap_left() -> None:
    for row in POSTED:
        text = row["text"]
        assert len(text) > 40, row
        assert not re.search(r"[{}]|  |\bNone\b|。。|；。|\.\.", text), text
        assert bool(HAN.search(text)) == (row["language"] == "zh-Hans"), text
        assert text.endswith("。" if row["language"] == "zh-Hans" else "."), text
    shares = Counter(row["language"] for row in POSTED)
    assert 0.3 < shares["en"] / len(POSTED) < 0.5
    assert all(row.get("title") or row.get("headline") for row in POSTED)


def test_a_text_says_what_its_skills_say() -> None:
    tasks: dict[str, list[str]] = {}
    for row in table("tasks"):
        tasks.setdefault(row["skill"], []).extend([row["en"], row["zh"]])
    for row in [*REGION.needs, *REGION.courses, *REGION.programs, *REGION.experts]:
        for skill in row["skills"]:
            assert any(phrase in row["text"] for phrase in tasks[skill["skill"]]), (row["title"], skill)


def test_every_phrase_and_every_skill_is_of_the_framework_and_stands_once() -> None:
    codes = {row.code for row in read_skills(DATA / "digital_trade.csv")}
    tasks = table("tasks")
    assert {row["skill"] for row in tasks} <= codes
    for language in ("en", "zh"):
        assert [text for text, times in Counter(row[language] for row in tasks).items() if times > 1] == []


@pytest.mark.parametrize(
    "day", [DAY, datetime.date(2028, 2, 29), datetime.date(2027, 8, 31), datetime.date(2030, 1, 1)]
)
def test_whenever_it_is_loaded_everything_lies_ahead_and_has_seats_left(day: datetime.date) -> None:
    region: Region = make_region(day)
    runs = [run for course in region.courses for run in course["runs"]]
    assert all(day.isoformat() < run["starts_on"] <= run["ends_on"] for run in runs)
    assert all(run["taken"] < run["seats"] for run in runs)
    assert all(need["starts_on"] > day.isoformat() for need in region.needs)
    for program in region.programs:
        assert max(intake["starts_on"] for intake in program["intakes"]) > day.isoformat()
        assert max(intake["ends_on"] for intake in program["intakes"]) > day.isoformat()


@pytest.fixture(scope="module")
def demo(
    _plain: None, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The demo, loaded once for the tests below, each of which takes back what it does; gives the folder of logins."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=folder), transaction.atomic():
        for load in (load_cities, load_areas, load_plants, load_framework):
            load()
        call_command("load_demo")
        yield folder
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_loading_brings_all_of_it_behind_the_first_people_and_needs(demo: Path) -> None:
    assert Organisation.objects.filter(state="verified").count() == 59  # one of the first six waits
    assert (TrainingBase.objects.count(), Program.objects.published().count()) == (8, 30)
    assert (Course.objects.published().count(), Expert.objects.published().count()) == (80, 15)
    assert CourseRun.objects.open_on(timezone.localdate()).count() == 150
    assert (Need.objects.count(), Profile.objects.count()) == (120, 300)
    assert set(Need.objects.published().values_list("area__code", flat=True)) == set(
        Area.objects.values_list("code", flat=True)
    )
    assert [need.title for need in Need.objects.order_by("id")[:12]] == [need["title"] for need in FIRST["needs"]]
    assert [one.name for one in Profile.objects.order_by("id")[:40]] == [one["name"] for one in FIRST["profiles"]]

    linked = StudentLink.objects.values("profile", "organisation")
    confirmed = Claim.objects.filter(confirmer__isnull=False).values("profile", "confirmer")
    assert {tuple(row.values()) for row in confirmed} <= {tuple(row.values()) for row in linked}

    logins = json.loads((demo / "demo_logins.json").read_text())
    assert [one["role"] for one in logins] == ["firm", "student", "university", "base", "expert", "staff"]
    assert all(User.objects.get(email=one["email"]).check_password(one["password"]) for one in logins)
    assert User.objects.exclude(password__startswith="!").count() == len(logins)

    assert Run.objects.count() == 1
    assert {job.kind for job in Job.objects.all()} == {Job.Kind.BLOCK}
    call_command("load_demo")
    assert (Need.objects.count(), Run.objects.count()) == (120, 1)


@pytest.mark.django_db
def test_the_demo_comes_with_its_words_so_that_the_first_lists_have_bonuses(
    demo: Path, work: Callable[[], int]
) -> None:
    assert TextFit.objects.count() == 1
    work()
    assert Match.objects.filter(bonus__gt=0.01).count() > 20
    of_people = {"list__ranking__need__isnull": False, "pair__profile__isnull": False}
    rows = Match.objects.filter(**of_people, bonus__gt=0).select_related("pair__need__city", "pair__profile__city")
    shown = explain_pairs([(row.pair.need, row.pair.profile) for row in rows], viewer=FIRM)
    words = {word for one in shown for word in one.shared_words}
    names = " ".join(Profile.objects.values_list("name", flat=True)).lower()
    assert len(words) > 10
    assert not [word for word in words if word.lower() in names.split() or any(map(str.isdigit, word))]
