"""The skills of a form: rows that are found in the text or by name, added, removed and named, all alike."""

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.errors import FieldError
from accounts.form_rows import UNREADABLE, Pairs, numbers_sent, unreadable, with_typed, word_sent
from accounts.forms import Path, faults_by_field
from accounts.prose import ProseLanguage

from .inputs import skills_by_code
from .models import Skill
from .pasted import Accepted, Found, Pasted, Proposal
from .search import search_skills

FOUND_AT_ONCE = 8
DECISIONS = {"accept", "accept_all", "reject"}  # buttons for what was found in the text


@dataclass
class SkillRow:
    """One skill as it stands on a form; a form's own row adds the fields it has beside the level."""

    number: int
    code: str
    level: str = ""
    _: KW_ONLY
    evidence: str = ""
    skill: Skill | None = None
    found: Found | None = None  # where the text shows it
    remarks: list[str] = field(default_factory=list)  # what the text says of it
    new: bool = False  # added and not saved yet
    focus: bool | None = None  # the cursor stands here; None leaves the attribute out
    errors: dict[str, list[str]] = field(default_factory=dict)

    fields: ClassVar[tuple[str, ...]] = ("level", "evidence")  # beside the skill, in the order of the page
    hidden: ClassVar[tuple[str, ...]] = ()  # sent along and not shown

    @property
    def label(self) -> str:
        return self.skill.label if self.skill else self.code

    @property
    def level_name(self) -> str:
        return f"level-{self.number}"

    @property
    def evidence_name(self) -> str:
        return f"evidence-{self.number}"

    @property
    def names(self) -> dict[str, str]:
        """Each field of the row, and its name on the form."""
        return {name: f"{name}-{self.number}" for name in ("skill", *self.fields)}

    def as_written(self) -> dict[str, Any]:
        return {"skill": self.code, "level": self.level, "evidence": self.evidence}


R = TypeVar("R", bound=SkillRow)


@dataclass
class FormWithSkills(Generic[R]):
    """A form as somebody typed it: nothing is checked here that the domain checks, and nothing typed is lost."""

    values: dict[str, Any]
    skills: list[R]
    _: KW_ONLY
    query: str = ""  # of the skill that is looked for
    found: list[Skill] | None = None
    note: str = ""
    looks_for_skill: bool = False  # the cursor stands in the search field
    pasted: Pasted | None = None  # the text with its skills, once somebody asked for them
    errors: dict[str, list[str]] = field(default_factory=dict)

    row: ClassVar[Any] = SkillRow  # the type of a row
    rows_are: ClassVar[str] = "skills"  # what the rows are called where they are written
    prose: ClassVar[tuple[str, ...]] = ("title", "text")
    denied: ClassVar[str | Promise]  # what is said of a skill that the text denies

    # What was sent ----------------------------------------------------------------------------------------------------
    @classmethod
    def rows_sent(cls, post: QueryDict) -> list[R]:
        return [
            cls.row(
                place,
                word_sent(post, f"skill-{number}"),
                **{name: word_sent(post, f"{name}-{number}") for name in (*cls.row.fields, *cls.row.hidden)},
            )
            for place, number in enumerate(numbers_sent(post, "skill"))
        ]

    def read_on(self, post: QueryDict) -> None:
        """Take up the search and the text as they were sent."""
        self.values["text"] = self.values["text"].replace("\r\n", "\n")
        self.query = word_sent(post, "q").strip()
        self.pasted = Pasted.sent(post, self.values["text"], self.denied)

    # What only changes the form ---------------------------------------------------------------------------------------
    def rearranged(self, post: QueryDict) -> bool:
        """Whether the button that was pressed only changes the form; then it is changed."""
        if self.pasted and DECISIONS & set(post):
            self._decide(self.pasted, post)
        elif code := word_sent(post, "add")[:100]:
            self.add(code)
        elif "remove" in post:
            self._remove(post)
        elif self.rearranged_otherwise(post):
            pass
        elif "find" in post or (self.query and not post.get("do")):
            # The second is Return in the search field: it presses the first button of the form.
            self.find()
        else:
            return post.get("do") in ("look", "link")  # neither saves
        return True

    def rearranged_otherwise(self, post: QueryDict) -> bool:
        """The same for the buttons that this form has beside those of its skills."""
        return False

    def added(self, number: int, code: str) -> R:
        """A row that was added by name; its level is known only to who fills the form."""
        row: R = self.row(number, code, new=True, focus=True)
        return row

    def accepted(self, number: int, one: Accepted) -> R:
        """A row taken over from the text."""
        evidence = one.found.evidence if one.found else ""
        row: R = self.row(number, one.code, one.level, evidence=evidence, new=True)
        return row

    def held(self) -> set[str]:
        """Codes that stand on the form."""
        return {row.code for row in self.skills}

    def find(self) -> None:
        """Look for the skill that was typed."""
        self.looks_for_skill = True
        self.found = list(search_skills(self.query)[:FOUND_AT_ONCE])

    def add(self, code: str) -> None:
        """One more skill; the cursor goes to its row where that has a field to begin with."""
        self.query = ""
        self.looks_for_skill = True
        if any(row.code == code for row in self.skills):
            self.note = _("This skill is there already; each stands once.")
        else:
            self.skills.append(self.added(len(self.skills), code))
            self.looks_for_skill = not self.skills[-1].focus

    def _decide(self, pasted: Pasted, post: QueryDict) -> None:
        """Take skills over from the text, or leave one out."""
        accepted: list[Accepted] = []
        if number := word_sent(post, "reject"):
            pasted.reject(number)
        elif number := word_sent(post, "accept"):
            accepted = pasted.accepted(number)
        elif "accept_all" in post:
            accepted = pasted.accepted_all(self.held())
        for one in accepted:
            if not any(row.code == one.code for row in self.skills):
                self.skills.append(self.accepted(len(self.skills), one))
        pasted.held = self.held()
        self.looks_for_skill = not pasted.open

    def _remove(self, post: QueryDict) -> None:
        self.looks_for_skill = True
        numbered = list(zip(self.skills, numbers_sent(post, "skill"), strict=True))
        for row, number in numbered:
            if self.pasted and str(number) == post["remove"]:
                self.pasted.leave_out(row.code)
        self.skills = [row for row, number in numbered if str(number) != post["remove"]]
        for place, row in enumerate(self.skills):
            row.number = place

    # What comes back --------------------------------------------------------------------------------------------------
    def faults(self) -> list[FieldError]:
        """What only the form can see: bytes that were no text."""
        found = [unreadable((name,)) for name in self.prose if UNREADABLE in self.values[name]]
        shown = [row for row in self.skills if "evidence" in row.fields]
        return found + [
            unreadable((self.rows_are, row.number, "evidence")) for row in shown if UNREADABLE in row.evidence
        ]

    def blame(self, faults: Iterable[FieldError]) -> None:
        """Put every fault at its field, in the order of the page."""
        self.errors = faults_by_field(faults, self.field_of, self.names())
        for row in self.skills:
            row.errors = {name: self.errors.get(named, []) for name, named in row.names.items()}

    def field_of(self, path: Path) -> str:
        """The name of the field for a place in the input; "" is the form as a whole."""
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        """Every field in the order of the page."""
        raise NotImplementedError

    def row_names(self) -> Iterator[str]:
        """Every field of the skills, in that order."""
        for row in self.skills:
            yield from row.names.values()

    # What the page shows ----------------------------------------------------------------------------------------------
    def name_skills(self) -> Any:
        """Look up what the rows' codes are called and what the text says of them, all at once."""
        if self.pasted:
            self.pasted.held = self.held()
        skills = skills_by_code([{"skill": row.code} for row in self.skills])
        for row in self.skills:
            row.skill, row.found = skills.get(row.code), self.found_in_text(row.code)
            row.remarks = row.found.remarks_beside(row.level, self.denied) if row.found else []

    def found_in_text(self, code: str) -> Found | None:
        return self.pasted.of(code) if self.pasted else None

    @property
    def row_faults(self) -> list[str]:
        """What is wrong with the skills as a whole."""
        return self.errors.get(self.rows_are, [])

    @property
    def asks(self) -> list[Any]:
        """What the text shows beside the skills that stand on the form."""
        waiting: list[Proposal] = self.pasted.proposals if self.pasted else []
        return waiting

    @property
    def prose_languages(self) -> Pairs:
        return with_typed(list(ProseLanguage.choices), self.values["language"])
