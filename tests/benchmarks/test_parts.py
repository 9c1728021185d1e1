"""The parts of `evaluate`: what they take as right, and what they say where data are absent."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import cvs, evaluate, linking, occupations
from benchmarks.occupations import Ratings, gold_of, held_out, measure, tables
from benchmarks.sources import json_lines
from skills.importers.onet import Occupation, Rating


def an_occupation(code: str, **ratings: tuple[float, float | None]) -> Occupation:
    return Occupation(code, code, "", {name: Rating(*given) for name, given in ratings.items()}, ())


def test_right_are_the_others_of_the_same_minor_group() -> None:
    assert gold_of(["15-1252.00", "15-1299.01", "15-2011.00", "11-1011.00"]) == [{1}, {0}, set(), set()]


def test_ratings_are_turned_back_to_the_raters_scale() -> None:
    ratings = Ratings.of([an_occupation("15-1", a=(4.0, 3.0), b=(2.0, None)), an_occupation("15-2", b=(3.0, 5.0))])
    assert ratings.level.tolist() == [[3.5, 0.0], [0.0, 7.0]]
    assert ratings.importance.tolist() == [[4.0, 2.0], [1.0, 3.0]]


def test_levels_are_standings_among_all_occupations_of_shares_of_the_own_mean() -> None:
    rising = np.arange(1.0, 21.0)[:, None] * np.array([[1.0, 0.0]]) + np.array([[0.0, 10.0]])
    ratings = Ratings([f"15-{number}" for number in range(20)], np.full((20, 2), 3.0), rising)
    levels = ratings.whole_levels()
    assert levels[:, 0].tolist() == [0] * 6 + [1] * 4 + [2] * 4 + [3] * 3 + [4] * 2 + [5]
    assert levels[:, 1].tolist() == levels[::-1, 0].tolist()  # who is high in one is low in the other
    twice_as_high = Ratings(ratings.codes, ratings.importance, rising * 2.0)
    assert np.array_equal(twice_as_high.whole_levels(), levels)


def test_half_of_the_groups_had_no_say_in_the_encoding() -> None:
    assert held_out(["11-1", "13-1", "13-1", "15-2"]) == [1, 2]


def test_an_occupation_asks_for_what_it_holds() -> None:
    supply, needs, near = tables(Ratings(["15-1", "15-2"], np.array([[4.0, 1.0], [2.0, 3.0]]), np.full((2, 2), 2.0)))
    assert (supply.levels != needs.min_levels).nnz == 0
    assert np.array_equal(needs.weights.toarray(), supply.levels.toarray())
    assert near.nnz == 0


def test_occupations_alike_in_a_group_are_found_by_every_way_but_those_that_only_count() -> None:
    level = np.array([[5.0, 1.0], [5.0, 1.0], [1.0, 5.0], [1.0, 5.0]])
    figures = measure(Ratings(["15-1", "15-1", "27-1", "27-1"], level, level))
    assert len(figures) == 8
    for way in ("cosine of unrounded levels", "crossing, a person's list (f = 0.6)"):
        assert figures[way] == (1.0, 1.0), way


def test_sentences_keep_only_labels_that_name_a_skill(tmp_path: Path) -> None:
    file = tmp_path / "part.csv"
    file.write_text(
        "sentence,span,sub_span,label\n"
        "needs Java,Java,,Java\nneeds Java,needs,,UNDERSPECIFIED\nis kind,kind,,LABEL NOT PRESENT\n",
        encoding="utf-8",
    )
    assert linking.read_part(file, {"java": 7}) == {"needs Java": {7}}


@pytest.mark.parametrize("part", [linking, occupations])
def test_where_published_data_are_absent_a_line_says_so(
    part: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert part.main(["--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"left out: there is no folder {tmp_path}")


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        evaluate.main(["panels"])
    assert "panel, linking, linking_zh" in capsys.readouterr().err


def test_every_part_can_be_asked_for_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["occupations", "--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("== Occupations")
    assert said[-1].startswith("evaluate: 1 of 6 parts in")


def test_cvs_are_ranked_among_those_of_the_language_or_among_all() -> None:
    ads = [{"id": "A", "lang": "en"}]
    people = [{"id": "1", "lang": "zh"}, {"id": "2", "lang": "en"}, {"id": "3", "lang": "en"}]
    scores = np.array([[0.9, 0.8, 0.0]])
    assert cvs.measure(scores, ads, people, {"A": {"2"}}, "en") == (1.0, 1.0)
    assert cvs.measure(scores, ads, people, {"A": {"2"}}, None)[0] == 0.5
    assert cvs.measure(scores, ads, people, {"A": {"3"}}, "en") == (0.0, 0.0)  # who is not listed is not found


@pytest.mark.parametrize("folder", cvs.SETS.values(), ids=cvs.SETS)
def test_grades_are_of_advertisements_and_cvs_that_there_are(folder: Path) -> None:
    ads, people = ({line["id"] for line in json_lines(folder / f"{name}.jsonl")} for name in ("ads", "cvs"))
    grades = cvs.read_grades(folder)
    assert {ad for ad, _ in grades} == ads
    assert {cv for _, cv in grades} <= people
    assert all(0 < grade <= 3 for grade in grades.values())
