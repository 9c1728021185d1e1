"""What pages and the API show of one pair; every number in 0..1, unrounded."""

from dataclasses import dataclass

from accounts.models import in_active_language


@dataclass(frozen=True)
class SkillName:
    """A skill as it is named to a reader."""

    code: str
    label_en: str
    label_zh: str

    @property
    def label(self) -> str:
        return in_active_language(self.label_en, self.label_zh)


@dataclass(frozen=True)
class Via:
    """The skill that stands in for another: its level, how near it is, and why."""

    skill: SkillName
    level: int
    near: float
    reason: str


@dataclass(frozen=True)
class PartView:
    """One skill of the need, and what it adds to the fit. `held` is None where the profile does not name it."""

    skill: SkillName
    essential: bool
    share: float
    wanted: int
    held: int | None
    evidence: str | None
    via: Via | None
    credit: float
    points: float
    verdict: str
    words: str
    sentence: str

    @property
    def short(self) -> int:
        """Levels missing to what is wanted, by the person's own skill."""
        return max(0, self.wanted - (self.held or 0))

    @property
    def above(self) -> int:
        """Levels above what is wanted."""
        return max(0, (self.held or 0) - self.wanted)


@dataclass(frozen=True)
class StrengthView:
    """One skill of the person, its share of all their levels, and how much of it the need calls for."""

    skill: SkillName
    level: int
    share: float
    used: float


@dataclass(frozen=True)
class ConditionView:
    """One condition, checked before any score: met, or to be asked."""

    condition: str
    state: str
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """A score as a sum that one can read: parts - focus deduction + text bonus."""

    score: float
    fit: float
    use: float
    focus: float
    focus_deduction: float
    text_bonus: float
    shared_words: tuple[str, ...]
    parts: tuple[PartView, ...]
    strengths: tuple[StrengthView, ...]
    conditions: tuple[ConditionView, ...]
    sentence: str
    gap_sentence: str
    of: str = "students"  # the kind of candidate, as a need's list of them is called
