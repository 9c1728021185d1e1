"""What a text says about the skills it names: how well, whether as a must, as a wish, or not at all.

Chinese level words stand before what they govern, and govern everything up to the end of the clause or to the next
level word; words of wish (优先) stand after. English has both orders. Headings ("Nice to have", 加分项) govern what
follows. The five Chinese steps 了解, 熟悉, 掌握, 熟练, 精通 are the five levels; English words are set beside them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Final, Literal

from .wording import has_han, listed

Standing = Literal["asked", "wish", "denied"]

DEFAULT_LEVEL: Final = 3
"""Where nothing is said: works independently, which is what an unadorned demand means."""

YEARS: Final = ((8, 5), (5, 4), (2, 3), (0, 2))
"""Years of practice from which on each level is assumed."""

_CHINESE_LEVELS: Final = {
    5: listed("精通 专家级 炉火纯青 资深"),
    4: listed(
        """
        熟练掌握 熟练使用 熟练运用 熟练应用 熟练操作 熟练 深入理解 深入了解 深入掌握 深入研究 深刻理解 非常熟悉 十分熟悉
        擅长 扎实的 扎实 深厚的 丰富的 丰富 较强的 较强 很强的 很强 极强的 极强 优秀的 优秀 出色的 出色 流利的 流利
        过硬的 突出的
        """
    ),
    3: listed("基本掌握 掌握 独立完成 独立负责 独立 良好的 良好 较好的 较好 能够使用 能使用 胜任"),
    2: listed("基本熟悉 熟悉 熟知 一定的 一定 初步掌握 基础的 会使用 会用"),
    1: listed("初步了解 基本了解 了解 知晓 知道 接触过"),
}


def _either(lines: str) -> str:
    """Join the lines of a text, each a pattern, into one that any of them fulfils."""
    return "|".join(line.strip() for line in lines.splitlines() if line.strip())


_ENGLISH_LEVELS: Final = {
    5: _either(r"""
        expert(?: level)?(?: knowledge| user| skills| understanding)?(?: (?:in|at|with|of|on))?(?!\w)
        expertise(?: (?:in|with))?
        mastery of|mastered|world[- ]class|authority on
    """),
    4: _either(r"""
        proficien(?:t|cy)(?: (?:in|with|at))?
        advanced|strong|solid|excellent|in[- ]depth|deep|extensive|thorough|outstanding
        very good|great|exceptional|sound
        fluen(?:t|cy|tly)(?: in)?
        highly skilled|skilled (?:in|at|with)
    """),
    3: _either(r"""
        good|working knowledge(?: of)?|hands[- ]on|intermediate|independent(?:ly)?
        competent(?: (?:in|with))?|comfortable with|confident (?:in|with)|experienced (?:in|with)
    """),
    2: _either(r"""
        familiar(?:ity)?(?: with)?|some (?:experience|knowledge)(?: (?:in|with|of))?
        basic|basics of|fundamentals? of|foundational|elementary|limited|a little
    """),
    1: _either("aware(?:ness)? of|exposure to|beginner|novice|introductory|rudimentary|an idea of|interest in"),
}
_FLUENT: Final = re.compile(r"\bfluen(?:t|cy|tly)\b|流利")
"""Words of level that are so even inside a name ("fluent English"), as no subject has them, unlike "deep learning"."""
_GRADED: Final = re.compile(r"流利|[四六八]级|专[四八]|\bcet\b|\bn[1-3]\b|\bfluent\b")
"""A name with its own grade is a demand of its own, no bare item of a list."""

_CHINESE_DIGITS: Final = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "半": 0}

_LEVEL_OF: Final = {word: level for level, words in _CHINESE_LEVELS.items() for word in words}
_CHINESE_LEVEL: Final = re.compile("|".join(sorted(_LEVEL_OF, key=lambda word: (-len(word), word))))
_ENGLISH_LEVEL: Final = re.compile(
    r"\b(?:" + "|".join(f"(?P<l{level}>{words})" for level, words in _ENGLISH_LEVELS.items()) + r")(?![\w-])"
)
_YEARS: Final = re.compile(
    r"(?<!\d)(?P<n>\d{1,2}|[一二三四五六七八九十两半])\s*"
    r"(?:[-~–—至到]\s*(?:\d{1,2}|[一二三四五六七八九十]))?\s*\+?\s*(?:"
    r"多?年(?:以上|及以上|或以上|左右)?|"
    r"(?:or more |plus )?(?:years?|yrs?)\b['’]?(?: of)?(?: (?:\w+ ){0,2}?experience)?(?: (?:in|with|of|as))?)"
)

_WISH: Final = re.compile(
    _either(r"""
        (?:者|的|人员)?(?:优先(?:考虑|录用|录取|聘用)?|加分项?|为佳|更佳|尤佳|最佳|更好|最好|为宜|如有|如果有|若有)
        \bnice[- ]to[- ]have\b|\bgood to have\b|\bpreferab(?:le|ly)\b|\bpreferred\b|\bideally\b
        \bdesirable\b|\bdesired\b|\boptional(?:ly)?\b|\badvantageous\b|\bbeneficial\b|\bbonus(?: points)?\b
        \b(?:a|an|is|are|as|big|strong|definite|clear|huge|real|great) (?:plus|advantage|bonus|asset)\b
        \b(?:would|will) be (?:\w+ )?(?:useful|helpful|nice|great|welcome|appreciated|an? advance|good|ideal|valued)\b
        \b(?:is|are) (?:welcome|appreciated|useful|helpful|valued)\b|\bwould help\b|\bwe would love\b
    """)
)
_WISH_AHEAD: Final = frozenset(
    {"如有", "如果有", "若有", "最好", "ideally", "preferably", "optionally", "we would love"}
)
"""Words of wish that stand before what they govern."""

_DENIED_BEFORE: Final = re.compile(
    _either(r"""
        不要求|无需|无须|毋须|不需要|不需|不必|不用|没有|从未|缺乏|不会|不懂|不熟悉|不了解|不接受|不考虑|不限(?!于)制?
        未(?:接触|使用|学习|从事)过?
        (?<![\u4e00-\u9fff])无(?=[^,。]{0,14}(?:经验|基础|要求))
        \bno (?:prior |previous |specific |formal |special )?(?:experience|knowledge|background|familiarity|skills?)\b
        \bno need\b|\bno(?= [^,.;]{1,60}\b(?:needed|required|necessary)\b)
        \bno(?= [^,.;]{1,40}\b(?:experience|knowledge|skills?|background)\b)
        \bwithout(?: any)?\b|\bnever (?:used|worked|done)\b|\black(?:s|ing)?\b|\bunfamiliar with\b
        \b(?:do|does|did|is|are|need|have|has|would|will)(?: not|n't|n’t)(?: be)? (?:need|have to|expect|look|know)\w*\b
        \b(?:do|does|did|is|are|need|have|has|would|will)(?: not|n't|n’t)(?: be)? (?:requir|us|work|mandat|necess)\w+\b
    """)
)
_DENIED_AFTER: Final = re.compile(
    _either(r"""
        (?:均|皆|都)?(?:不限(?!于)|不[作做]要求|不要求|不作硬性要求|非必须|非必需|不是必须|无要求|没有要求|不强求|不需要|无需)
        (?:\bnot|\bnever|n['’]t)(?: be| strictly| absolutely)? (?:required|needed|necessary|mandatory|essential)\b
        (?:\bnot|\bnever|n['’]t)(?: be)? (?:expected|a must)\b
        \bunnecessary\b
    """)
)
_NOT_DENIED: Final = re.compile(
    _either(r"""
        不(?:仅|只|断|低于|少于|限于|但)|无论|无锡
        \bnot (?:only|limited|just)\b|\bno (?:less|later|more|fewer) than\b|\bwithout (?:supervision|hesitation)\b
    """)
)
_ONE_OF: Final = re.compile(
    _either(r"""
        (?:中的?|等)?(?:至少)?(?:掌握|熟悉|精通|了解|会|使用)?其?中?(?:至少|任意|任何|其中|任)一(?:[种门项个类款](?:或多种|以上|或几种)?)?
        [中的其]?之一|一[种门项](?:或多|以上|或几)[种门项]?|至少其一
        \bat least one(?: of)?\b|\bone or more(?: of)?\b|\bone of the following\b|\bany (?:one )?of\b|\beither\b
    """)
)
_REQUIRED: Final = re.compile(r"\b(?:required|must|essential|mandatory|necessary|needed)\b|必须|必备|必需")
_TURN: Final = re.compile(r"\b(?:but|while|whereas|however|although|though)\b|但是?|然而|而且")
_OPENER: Final = re.compile(
    r",\s*(?:and |or |also |any |a |an |some |other |prior |previous )*(?=(?:experience|knowledge|understanding|"
    r"familiarity|proficiency|ability|background|exposure|certification|degree|skills?|competence|command)\b)"
)

_WISHED_HEADING: Final = _either(r"""
    nice[- ]to[- ]haves?|good to have|bonus(?: points| skills| qualifications)?|pluses|preferred|desirable|desired
    optional|extra credit|加分项|加分条件|加分|优先条件|优先考虑条件|优先项|优先考虑
""")
# Of advertisements, and of CVs, where what stands below is held.
_ASKED_HEADING: Final = _either(r"""
    (?:minimum |basic |key |job |main |essential |core |technical |hard |soft )*(?:requirements?|qualifications?)
    must[- ]haves?|required|essential
    (?:key |job |main |essential |core |technical |hard |soft )*(?:skills|responsibilities|duties|tasks|profile)
    what (?:you|we)[^:\n]{0,30}|you have|you bring|who you are|about (?:you|the (?:role|job|position))|job description
    (?:任职|岗位|职位|招聘|基本|技能|能力|应聘|硬性|入职|专业|必备|工作)(?:要求|资格|条件|技能|职责|描述|内容)
    职责描述|岗位说明
    education(?:al background)?|certificat(?:e|ion)s?|(?:work(?:ing)?|professional) (?:experience|history)
    employment(?: history)?
    languages?|interests|profile|summary|about me|projects?|教育(?:经历|背景)|(?:工作|项目|实习|校园)(?:经历|经验)|证书
    自我(?:评价|介绍)|个人(?:简介|评价|总结)|(?:技能|专业)(?:特长|清单)|求职意向
""")
_HEADING: Final = re.compile(
    rf"[\s\W\d_]{{0,8}}(?:our |your |the )?(?:(?P<wish>{_WISHED_HEADING})|(?P<asked>{_ASKED_HEADING}))"
    r"(?: (?:qualifications?|skills?|experience|requirements?|criteria|points?|if you have|include|are))*"
    r"\s*(?:\([^)]{0,20}\))?\s*(?:[:】\]]|$)"
)

_AFTER_GAP: Final = re.compile(
    r"[\s(:\-–\[=]{0,3}"
    r"(?:的?(?:能力|水平|口语|听说读写|听说|读写|技能|表达|操作|书写|交流|沟通|写作|阅读|经验|level|skills?))*[\s:]?"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the text says of one place; cues are plain places (start, end) of the words, None where nothing is said."""

    level: int
    level_cue: tuple[int, int] | None
    standing: Standing
    standing_cue: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    level: int


_start_of: Final = attrgetter("start")
_end_of: Final = attrgetter("end")
_first: Final = itemgetter(0)
_second: Final = itemgetter(1)


def _beside(cues: Sequence[tuple[int, int]], place: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Give the nearest cue behind a place, then the nearest before it."""
    index = bisect_left(cues, place[1], key=_first)
    if index < len(cues):
        yield cues[index]
    index = bisect_right(cues, place[0], key=_second)
    if index:
        yield cues[index - 1]


def heading(sentence: str) -> tuple[Standing, int] | None:
    """Tell what a heading at the start of a sentence makes of what follows, and where it ends; None without one."""
    found = _HEADING.match(sentence)
    if not found:
        return None
    if found["wish"]:
        return "wish", found.end()
    return ("asked", found.end()) if found["asked"] else None


class Sentence:
    """One sentence of a plain text with the places that name skills in it, asked place by place."""

    def __init__(self, text: str, start: int, end: int, places: Iterable[tuple[int, int]]) -> None:
        """Take the plain text, the sentence's bounds, and all places found inside. O(sentence + places * log)."""
        self.text, self.start, self.end = text, start, end
        self.places = sorted(set(places))
        self._starts = [place[0] for place in self.places]
        body = text[start:end]
        self.chinese = has_han(body)
        self.commas = [start + index for index, sign in enumerate(body) if sign == ","]
        taken = self.places
        self.levels = self._free(self._levels(), taken)
        self.years = self._free(self._years(), taken)
        quiet = [m.span() for m in _NOT_DENIED.finditer(text, start, end)]
        self.wishes = self._spans(_WISH, ())
        self.before = self._spans(_DENIED_BEFORE, quiet)
        self.after = self._spans(_DENIED_AFTER, quiet)
        self.one_of = self._spans(_ONE_OF, ())
        self.turns = [m.end() for m in _TURN.finditer(text, start, end)]
        self.required = [m.end() for m in _REQUIRED.finditer(text, start, end)]
        # An opener ends the reach of what stood before it only where it begins a new piece, after a comma.
        self.openers = [] if self.chinese else [m.end() for m in _OPENER.finditer(text, start, end)]
        self._ends = sorted([b for _, b in (*self.wishes, *self.after, *self.one_of)] + self.turns + self.required)
        self._backs: dict[tuple[int, int], int] = {}
        behind = [(place, self._mark_behind(place)) for place in self.places]
        self._behind = {place: mark for place, mark in behind if mark is not None}
        said = set(self._behind.values())
        self._ahead = [mark for mark in self.levels if mark not in said]

    def _spans(self, pattern: re.Pattern[str], quiet: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        found = [m.span() for m in pattern.finditer(self.text, self.start, self.end)]
        return [
            (a, b)
            for a, b in found
            if not any(a < d and c < b for c, d in quiet) and not any(c <= a and b <= d for c, d in self.places)
        ]

    def _levels(self) -> list[_Mark]:
        marks = []
        for m in _CHINESE_LEVEL.finditer(self.text, self.start, self.end):
            marks.append(_Mark(m.start(), m.end(), _LEVEL_OF[m.group()]))
        for m in _ENGLISH_LEVEL.finditer(self.text, self.start, self.end):
            marks.append(_Mark(m.start(), m.end(), int((m.lastgroup or "l3")[1:])))
        return sorted(marks, key=lambda mark: mark.start)

    def _years(self) -> list[_Mark]:
        marks = []
        for m in _YEARS.finditer(self.text, self.start, self.end):
            number = int(m["n"]) if m["n"].isdecimal() else _CHINESE_DIGITS[m["n"]]
            level = next(level for years, level in YEARS if number >= years)
            marks.append(_Mark(m.start(), m.end(), level))
        return marks

    @staticmethod
    def _free(marks: list[_Mark], places: Sequence[tuple[int, int]]) -> list[_Mark]:
        """Leave out words that are part of a name: the "deep" of "deep learning"."""
        return [mark for mark in marks if not any(a < mark.end and mark.start < b for a, b in places)]

    def said(self, place: tuple[int, int], section: Standing = "asked") -> Said:
        """Say level and standing of one place; ``section`` is what the heading above makes of it. O(cues)."""
        mark = self._level_of(place)
        standing, cue = self._standing_of(place, section)
        level = mark.level if mark else DEFAULT_LEVEL
        return Said(level, (mark.start, mark.end) if mark else None, standing, cue)

    def _level_of(self, place: tuple[int, int]) -> _Mark | None:
        start, end = place
        if (own := _FLUENT.search(self.text, start, end)) is not None:
            return _Mark(own.start(), own.end(), 4)
        if place in self._behind:
            return self._behind[place]
        for marks in (self._ahead, self.years):
            index = bisect_right(marks, start, key=_end_of)
            if index and self._reaches(marks[index - 1].end, start):
                return marks[index - 1]
        index = bisect_left(self.years, end, key=_start_of)
        if index < len(self.years) and not self._comma(end, self.years[index].start):
            return self.years[index]
        return None

    def _mark_behind(self, place: tuple[int, int]) -> _Mark | None:
        """Give the level word that stands right behind a place and is said of it: "Python (basic)", "英语流利"."""
        for marks in (self.levels, self.years):
            index = bisect_left(marks, place[1], key=_start_of)
            if index < len(marks):
                mark = marks[index]
                if _AFTER_GAP.fullmatch(self.text, place[1], mark.start) and not self._names_after(mark.end):
                    return mark
        return None

    def _names_after(self, at: int) -> bool:
        """Tell whether another name follows within the clause, so that the words before it are said of that one."""
        index = bisect_left(self._starts, at)
        if index == len(self._starts):
            return False
        between = self.text[at : self._starts[index]]
        return not any(sign in ",、)]|/" for sign in between)

    def _comma(self, start: int, end: int) -> bool:
        index = bisect_left(self.commas, start)
        return index < len(self.commas) and self.commas[index] < end

    def _reaches(self, start: int, end: int) -> bool:
        """Tell whether what is said at ``start`` still holds at ``end``: no turn, no new beginning in between."""
        index = bisect_left(self.turns, start)
        if index < len(self.turns) and self.turns[index] <= end:
            return False
        if not self.chinese:
            index = bisect_right(self.openers, start)
            return index == len(self.openers) or self.openers[index] > end
        for comma in self.commas[bisect_left(self.commas, start) :]:
            if comma >= end:
                break
            if not self._listed(comma, 0):
                return False
        return True

    def _listed(self, comma: int, verb: int) -> bool:
        """Tell whether a comma stands in a list: a name follows it at once, or after a verb of so many characters."""
        index = bisect_right(self._starts, comma)
        if index == len(self._starts):
            return False
        between = self.text[comma + 1 : self._starts[index]].strip()
        return len(between) <= verb or between in {"以及", "和", "及", "或", "或者"}

    def _standing_of(self, place: tuple[int, int], section: Standing) -> tuple[Standing, tuple[int, int] | None]:
        start, end = place
        # Only the nearest cue on either side can govern a place: every cue ends the reach of those beyond it.
        for cue in _beside(self.wishes, place):
            if self._covers(cue, place):
                return "wish", cue
        index = bisect_right(self.before, start, key=_second)
        if index:
            cue = self.before[index - 1]
            told = (self.chinese and self._comma(cue[1], start)) or self._told_between(cue[1], start)
            if not told and self._reaches(cue[1], start):
                return "denied", cue
        index = bisect_left(self.after, end, key=_first)
        if index < len(self.after):
            cue = self.after[index]
            if self._back_to(cue) <= start and not self._begins_after(cue[1]):
                return "denied", cue
        for cue in _beside(self.one_of, place):
            if self._chooses(cue, place):
                return "wish", cue
        return section, None

    def _covers(self, cue: tuple[int, int], place: tuple[int, int]) -> bool:
        """Tell whether a wish governs a place: those before it in its clause, or, with none before, those after."""
        back = self._back_to(cue)
        if self.text[cue[0] : cue[1]] in _WISH_AHEAD and bisect_left(self._starts, cue[1]) < len(self._starts):
            return cue[1] <= place[0] and self._reaches(cue[1], place[0])
        if place[1] <= cue[0]:
            return back <= place[0]
        first = bisect_left(self._starts, back)
        if first < len(self.places) and self.places[first][1] <= cue[0]:
            return False
        return self._reaches(cue[1], place[0])

    def _back_to(self, cue: tuple[int, int]) -> int:
        """Give where the clause begins that a word standing after governs."""
        if cue not in self._backs:
            at = cue[0]
            index = bisect_right(self._ends, at)
            back = self._ends[index - 1] if index else self.start
            if self.chinese:
                index = bisect_left(self.commas, at)
                while index and self.commas[index - 1] >= back and self._bare_before(self.commas[index - 1]):
                    index -= 1
                back = max(back, self.commas[index - 1] + 1) if index else back
            else:
                index = bisect_right(self.openers, at)
                back = max(back, self.openers[index - 1]) if index else back
            self._backs[cue] = back
        return self._backs[cue]

    def _bare_before(self, comma: int) -> bool:
        """Tell whether the piece before a comma is nothing but a name (with 有 or 会), an item of a longer list."""
        index = bisect_left(self.commas, comma)
        begin = self.commas[index - 1] + 1 if index else self.start
        held = range(bisect_left(self._starts, begin), bisect_left(self._starts, comma))
        inside = [self.places[number] for number in held]
        if self._told_between(begin, comma) or _GRADED.search(self.text, begin, comma):
            return False
        return bool(inside) and comma - begin - sum(b - a for a, b in inside) <= 2 and self._listed(comma, 1)

    def _told_between(self, start: int, end: int) -> bool:
        """Tell whether a level word stands between two places, which begins something new."""
        index = bisect_left(self.levels, start, key=_start_of)
        return index < len(self.levels) and self.levels[index].end <= end

    def _begins_after(self, at: int) -> bool:
        """Tell whether a name follows a word at once, within its clause."""
        index = bisect_left(self._starts, at)
        return index < len(self._starts) and not self.text[at : self._starts[index]].strip("的有任何 ")

    def _chooses(self, cue: tuple[int, int], place: tuple[int, int]) -> bool:
        back = self._back_to(cue)
        if self.chinese and not any(back <= p[0] and p[1] <= cue[0] for p in self.places):
            # "Python、SQL，会其中一种": the clause before is meant.
            index = bisect_left(self.commas, back - 1)
            back = self.commas[index - 1] + 1 if index else self.start
        before = [p for p in self.places if back <= p[0] and p[1] <= cue[0]]
        if len(before) > 1 or (before and re.search("[、/或]", self.text[before[0][0] : cue[0]])):
            return place in before and all(
                not (mark.start > place[1] and mark.end <= cue[0]) or mark.end > before[-1][0] for mark in self.levels
            )
        after = [p for p in self.places if p[0] >= cue[1] and self._reaches(cue[1], p[0])]
        return len(after) > 1 and place in after
