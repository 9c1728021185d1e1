"""What an enterprise asks itself: five dimensions of readiness for digital trade, four statements each."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERSION = "1"
"""Grows when a statement comes, goes or changes its sense; kept answers name the version they were given to."""

SCALE: dict[int, str | Promise] = {
    0: _("not at all"),
    1: _("first steps"),
    2: _("in part of the firm"),
    3: _("throughout the firm"),
    4: _("throughout, measured and improved"),
}
HIGHEST = max(SCALE)


@dataclass(frozen=True)
class Question:
    """One statement, answered by how far it holds."""

    code: str
    text: str | Promise


@dataclass(frozen=True)
class Dimension:
    """One side of readiness."""

    code: str
    label: str | Promise
    questions: tuple[Question, ...]


DIMENSIONS = (
    Dimension(
        "infrastructure",
        _("Infrastructure"),
        (
            Question("networks", _("All our sites have fast lines or 5G, and a second way when one fails.")),
            Question("cloud", _("Our systems run in the cloud and grow with demand.")),
            Question("devices", _("Machines, warehouses and goods are connected and report their state.")),
            Question("security", _("Access, backups and updates follow rules, and we test them.")),
        ),
    ),
    Dimension(
        "operation",
        _("Digital operation"),
        (
            Question("orders", _("An order runs through one system, from the offer to the payment.")),
            Question("production", _("Production or service is planned and followed in a system.")),
            Question("supply", _("Suppliers and carriers exchange data with us, not papers.")),
            Question("customers", _("Buyers find us, ask us and are served online.")),
        ),
    ),
    Dimension(
        "data",
        _("Data"),
        (
            Question("records", _("Our important data is complete, in one place, and has an owner.")),
            Question("reports", _("Decisions rest on figures that are never older than a day.")),
            Question("forecasts", _("We forecast demand, prices or faults from our data.")),
            Question("ai", _("AI does part of the daily work, and somebody checks it.")),
        ),
    ),
    Dimension(
        "talent",
        _("Talent"),
        (
            Question("leads", _("Somebody with time and a budget leads our digital work.")),
            Question("skills", _("We know which digital skills each post needs and who has them.")),
            Question("training", _("Our people are trained for new tools every year.")),
            Question("partners", _("Universities, training bases or experts work with us.")),
        ),
    ),
    Dimension(
        "cross_border",
        _("Cross-border"),
        (
            Question("channels", _("We sell abroad through platforms or a shop of our own.")),
            Question("delivery", _("Customs, delivery and returns abroad are settled and tracked.")),
            Question("rules", _("We know and keep the product, tax and data rules of our markets.")),
            Question("brand", _("Our brand, pages and service speak the languages of our markets.")),
        ),
    ),
)


def scores(answers: dict[str, int]) -> dict[str, float]:
    """How ready, from 0 to 1, in each dimension: the mean of its answers over the highest answer."""
    return {
        dimension.code: sum(answers[question.code] for question in dimension.questions)
        / (HIGHEST * len(dimension.questions))
        for dimension in DIMENSIONS
    }
