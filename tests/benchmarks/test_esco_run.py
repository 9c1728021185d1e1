"""The run on ESCO: the same seed makes the same people, and a reader is shown where each comes from."""

import random
from pathlib import Path

import pytest

from benchmarks import esco_run
from skills.importers import esco

ESCO = Path(__file__).resolve().parents[1] / "data" / "esco"


def test_the_same_seed_makes_the_same_people() -> None:
    occupations = esco.read_occupations(ESCO)

    def people(seed: int) -> list[esco_run.Person]:
        rng = random.Random(seed)
        return [esco_run._person(f"p{number}", occupations, rng) for number in range(20)]

    assert people(1) == people(1) != people(2)
    assert all(1 <= level <= 5 for person in people(1) for level in person.levels.values())


def test_an_occupation_becomes_a_need_with_its_essentials_and_its_options() -> None:
    seller = esco.read_occupations(ESCO)[0]

    need = esco_run._need(seller, random.Random(1))

    assert [(row["code"], row["weight"], row["essential"]) for row in need["skills"]] == [
        ("a2", 1.0, True),
        ("a1", 0.5, False),
    ]


def test_a_reader_sees_the_best_of_each_need_and_where_they_come_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    esco_run._run(ESCO, people_wanted=30, needs_wanted=2, var=tmp_path, store=False)

    shown = capsys.readouterr().out
    assert "30 people x 2 needs" in shown
    block = shown.split("\nkite scientist\n")[1].split("\n\n")[0].splitlines()
    assert len(block) == esco_run.BEST
    assert "kite scientist" in block[0]


def test_a_folder_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["esco_run", "--esco", str(tmp_path / "none")])

    esco_run.main()

    assert "there is no" in capsys.readouterr().out
