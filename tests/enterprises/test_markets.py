"""The codes of markets: countries by ISO 3166-1, regions by UN M49, and rows that come from the older codes."""

import json
import re

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from enterprises.markets import Market
from enterprises.models import Enterprise
from matching.management.commands.load_demo import DEMO
from matching.region.parts import PARTS, table
from tests import factories

BEFORE, AFTER = ("enterprises", "0003_posts"), ("enterprises", "0004_market_codes")
OLD = ["sea", "eu", "uk", "us", "ca", "la", "jp", "kr", "sa", "me", "af", "au", "cis", "hk"]
NEW = ["035", "eu", "gb", "us", "ca", "419", "jp", "kr", "034", "145", "002", "053", "ru", "143", "hk", "mo"]


def test_a_code_is_two_letters_for_a_country_and_three_digits_for_a_region():
    assert Market.values == NEW
    assert all(re.fullmatch(r"[a-z]{2}|\d{3}", code) for code in Market.values)


def test_the_demo_speaks_these_codes():
    words = json.loads((PARTS / "words.json").read_text(encoding="utf-8"))["markets"]
    assert set(words) == set(Market.values)
    firms = [row["markets"].split() for row in table("bodies") if row["kind"] == "enterprise"]
    firms += [row["target_markets"] for row in json.loads(DEMO.read_text(encoding="utf-8"))["organisations"]]
    assert all(firms)
    assert {code for firm in firms for code in firm} <= set(Market.values)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["la", "uk", "sea", "CN", "35", "GB", " "])
def test_whoever_sends_another_code_is_told_the_known_ones(api, firm, owner, code):
    address = f"/api/v1/organisations/{firm.public_id}/enterprise/"
    answer = api(owner).patch(address, {"target_markets": ["jp", code]}, "json")
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("#/target_markets/1", "invalid_choice")
    assert fault["detail"] == f"“{code}” is not one of the choices: {', '.join(NEW)}."


@pytest.fixture
def migrate(transactional_db, settings):
    """Bring the tables of the enterprises to a migration; the other rooms stand where they are."""
    settings.MIGRATION_MODULES = {}  # the suite makes its tables without them
    executor, recorder = MigrationExecutor(connection), MigrationRecorder(connection)
    recorder.ensure_schema()
    before = set(recorder.applied_migrations())
    for key in executor.loader.graph.nodes:
        if key not in before:
            recorder.record_applied(*key)

    def to(target):
        executor = MigrationExecutor(connection)
        executor.migrate([target])
        return executor.loader.project_state([target]).apps.get_model("enterprises", "Enterprise").objects

    yield to
    to(AFTER)
    for key in set(recorder.applied_migrations()) - before:
        recorder.record_unapplied(*key)


def test_the_rows_come_over_and_go_back(migrate):
    written = {"every": OLD, "twice": ["hk", "sea", "hk"], "other": ["nowhere", "la"], "none": []}
    firms = {name: factories.a_firm().pk for name in written}
    old = migrate(BEFORE)
    for name, codes in written.items():
        old.create(organisation_id=firms[name], target_markets=codes, industry="toys", size="10-49")

    def codes_in(rows):
        return {name: rows.get(organisation_id=pk).target_markets for name, pk in firms.items()}

    new = {"every": NEW, "twice": ["hk", "mo", "035"], "other": ["nowhere", "419"], "none": []}
    assert codes_in(migrate(AFTER)) == new
    assert {(row.industry, row.size) for row in Enterprise.objects.all()} == {("toys", "10-49")}
    assert codes_in(migrate(BEFORE)) == written | {"twice": ["hk", "sea"]}
    assert codes_in(migrate(AFTER)) == new
