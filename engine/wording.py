"""What a text is made of: its letters in one spelling, its words and Chinese characters, its sentences.

Everything that looks for skills in a text works on a *plain* form of it: NFKC (so half and full width are one), lower
case, simplified characters, nothing invisible. The plain form knows where each of its characters stood in the text as
it was written, because what is found must be shown there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from .traditional import SIMPLIFIED, SPOKEN_ELSEWHERE

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Ranges of Chinese characters, to stand inside a character class."""

_HAN: Final = re.compile(f"[{HAN}]")
_EASTERN: Final = "\u3040-\u30ff\u31f0-\u31ff\u1100-\u11ff\uac00-\ud7af"
_KANA_OR_HANGUL: Final = re.compile(f"[{_EASTERN}]")

_UNIT: Final = re.compile(
    rf"[{HAN}]"  # a Chinese character is a unit by itself
    rf"|[{_EASTERN}]+"
    rf"|(?:(?<!\w)\.(?=[a-z]))?(?:(?![{HAN}{_EASTERN}])[^\W_])+(?:[+#]+(?![a-z0-9]))?"  # .net, c++, c# keep their signs
)

_SENTENCE_END: Final = re.compile(r"[。！？!?；;\n\r\u2028•●▪◆■□★☆✓✔]+|\.(?=\s|$)")
_SHORTENED: Final = re.compile(r"(?:\b(?:e\.g|i\.e|etc|incl|approx|vs|no|dr|mr|ms|st|min|max|yrs|yr)|\b[a-z])$")
LONGEST_SENTENCE: Final = 600
"""A sentence is cut here at the latest, so that a text without a full stop costs no more than one with them."""


def listed(words: str) -> frozenset[str]:
    """Give the words of a text as a set; how the word lists of the engine are written."""
    return frozenset(words.split())


STOP_WORDS: Final = listed(
    """
    a about above across after again all also am an and any are as at be because been before being below between
    both but by can could did do does doing done down during each else etc ever every few for from further had has
    have having he her here him his how i if in into is it its itself just like may me might more most must my no
    nor not now of off on once one only or other our ours out over own per same shall she should so some such than
    that the their them then there these they this those through to too under until up upon us very via was we well
    were what when where which while who whom whose why will with within without would you your yours
    """
)
"""English words that carry no subject."""

ADVERT_WORDS: Final = listed(
    """
    ability able advanced advantage basic candidate candidates competence competencies competent degree desirable
    desired ensure equivalent excellent expect expected experience experienced familiar familiarity fluency fluent
    good great highly include includes including job key knowledge looking main minimum plus position possess
    preferable preferably preferred prior proficiency proficient proven qualification qualifications related
    relevant required requirement requirements responsibilities responsibility responsible role seek similar skill
    skilled skills solid strong successful understand understanding various working year years
    """
)
"""English words that stand in every advertisement, whatever the work: they say little of a skill, not nothing."""

ADVERT_PAIRS: Final = listed(
    """
    熟悉 熟练 熟知 掌握 精通 了解 理解 具有 具备 拥有 能力 经验 相关 工作 负责 要求 优先 以上 以下 良好 较强 优秀
    能够 可以 公司 岗位 职位 职责 专业 学历 本科 大专 硕士 及其 以及 或者 并且 根据 进行 使用 至少 一种 之一 不限
    无需 不要 一定 基本 独立 完成 相应 各类 各种 其他 其它 包括 但不 候选 我们 你的 需要 必须 任职 条件 年的 有良
    有较 练使 练掌 作经 关经 年以 关工
    """
)
"""The same for pairs of Chinese characters."""

GRAMMAR_CHARACTERS: Final = frozenset(
    "的了和与及或等并者其之在对有能以为于由把被将从到给让向而且则若也都很更最这那些个是"
)
"""Chinese characters that join words; a pair with one of them seldom belongs to the name of a skill."""

ENGLISH_SIGNS: Final = listed(
    """
    the and of to in with for is are you we our your will be have as on at or an this that
    """
)
FOREIGN_SIGNS: Final = listed(
    """
    und der die das den dem mit für von zu im ein eine einen wir sie ist oder auf bei nicht als sowie le la les des
    du et une un pour avec dans vous nous est sur au aux en que qui ou votre el los las del y para con una por se su
    como es o sus il gli di e per che della dei delle nel un' sono os ao da do em um uma com na no das dos você het
    een van voor met op aan te bij je wij och för att som på av med til af på i w z na do się oraz jest
    """
)
"""Small words that tell English from other languages in Latin letters; those of both count on both sides."""


class Unit(NamedTuple):
    """A word in Latin (or another alphabet's) letters, or one Chinese character, at its place in the plain text."""

    text: str
    start: int
    end: int
    han: bool


_SPOKEN_FOR: Final = re.compile("优先|熟悉|熟练|精通|掌握|了解|经验|要求|以上|具有|具备|负责|至少|不限|无需")


@dataclass(frozen=True)
class Plain:
    """A text in one spelling; ``places[i]`` is where its character *i* stood, None where all stand where they stood."""

    text: str
    original: str
    places: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the text as written of the plain characters ``start`` up to ``end``. O(1).

        A letter that is spelt plainly by two ("ﬁ", "İ") is never cut through: the place ends behind it.
        """
        if self.places is None:
            return start, end
        if end <= start:
            return self.places[start], self.places[start]
        while end + 1 < len(self.places) and self.places[end] == self.places[end - 1]:
            end += 1
        return self.places[start], self.places[end]

    def written(self, start: int, end: int) -> str:
        """Give the words as they were written there."""
        first, last = self.span(start, end)
        return self.original[first:last]


@lru_cache(maxsize=65_536)
def _plain_letter(cluster: str) -> str:
    """Spell one letter with its combining marks plainly: NFKC, lower case, simplified; "" for an invisible one."""
    spelt = unicodedata.normalize("NFKC", cluster)
    # Folding twice: a full-width ideographic form may fold to something that itself has a plainer form.
    spelt = unicodedata.normalize("NFKC", spelt.casefold())
    return "".join(SIMPLIFIED.get(sign, sign) for sign in spelt if unicodedata.category(sign) != "Cf")


def plain(text: str) -> Plain:
    """Spell a text plainly and keep where each character stood. O(characters)."""
    if text.isascii():
        return Plain(text.lower(), text)
    letters = set(text)
    table = {letter: _plain_letter(letter) for letter in letters}
    simple = all(len(spelt) == 1 for spelt in table.values())
    if simple and not any(unicodedata.combining(letter) for letter in letters):
        return Plain(_at_home(text.translate({ord(old): new for old, new in table.items()}), text), text)
    spelling: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        spelt = table[text[at]] if end == at + 1 else _plain_letter(text[at:end])
        spelling.append(spelt)
        places.extend([at] * len(spelt))
        at = end
    places.append(len(text))
    # Letters of one cluster end together, so an end inside it must still reach the cluster's own end: an ending place
    # is looked up as the start of the following character, which skips marks and invisible signs too.
    return Plain(_at_home("".join(spelling), text), text, places)


def _at_home(spelt: str, text: str) -> str:
    """Put words that are only said in Hong Kong and Taiwan into those of the mainland, of the same length.

    Only in a text that has traditional characters: 资料 in a simplified one means documents, 資料 may mean data.
    """
    if any(letter in SIMPLIFIED for letter in text):
        for elsewhere, here in SPOKEN_ELSEWHERE:
            spelt = spelt.replace(elsewhere, here)
    return spelt


def units(text: str, start: int = 0, end: int | None = None) -> list[Unit]:
    """Split plain text into words and Chinese characters, in order. O(characters)."""
    found = _UNIT.finditer(text, start, len(text) if end is None else end)
    if text.isascii():
        return [Unit(m[0], m.start(), m.end(), False) for m in found]
    return [Unit(m[0], m.start(), m.end(), bool(_HAN.match(m[0]))) for m in found]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Split plain text into sentences, in both languages: start and end of each, blanks trimmed. O(characters).

    A full stop ends one only where a blank follows and it belongs to no shortened word; so do line ends and bullets.
    """
    start = 0
    for mark in _SENTENCE_END.finditer(text):
        if mark.group() == "." and _SHORTENED.search(text, max(start, mark.start() - 8), mark.start()):
            continue
        yield from _cut(text, start, mark.start())
        start = mark.end()
    yield from _cut(text, start, len(text))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = end
        if end - start > LONGEST_SENTENCE:
            stop = start + LONGEST_SENTENCE
            while stop > start + LONGEST_SENTENCE // 2 and text[stop - 1].isalnum() and text[stop - 1].isascii():
                stop -= 1
        body = text[start:stop]
        first, last = start + len(body) - len(body.lstrip()), start + len(body.rstrip())
        if first < last:
            yield first, last
        start = stop


def has_han(text: str) -> bool:
    """Tell whether a text has Chinese characters."""
    return bool(_HAN.search(text))


def languages(text: str, words: Sequence[Unit]) -> frozenset[str]:
    """Tell which of "en" and "zh" a plain text speaks; neither for a text in another language.

    Kana or Hangul beside the characters make it Japanese or Korean. Latin letters count as English unless the small
    words of other languages outnumber those of English. O(units).
    """
    spoken = set()
    han = sum(1 for word in words if word.han)
    elsewhere = len(_KANA_OR_HANGUL.findall(text))
    if han and elsewhere * 10 <= han:
        spoken.add("zh")
    english = foreign = latin = 0
    for word in words:
        if not word.han and word.text.isascii():
            latin += 1
            english += word.text in ENGLISH_SIGNS
            foreign += word.text in FOREIGN_SIGNS
        elif not word.han:
            foreign += word.text in FOREIGN_SIGNS
    if latin and foreign <= english:
        spoken.add("en")
    return frozenset(spoken)


_ENDINGS: Final = (
    *(("isations", "is"), ("izations", "is"), ("isation", "is"), ("ization", "is"), ("ations", "at"), ("ation", "at")),
    *(("ative", "at"), ("ating", "at"), ("ated", "at"), ("ates", "at"), ("ate", "at"), ("ators", "at"), ("ator", "at")),
    *(("ising", "is"), ("izing", "is"), ("ised", "is"), ("ized", "is"), ("ises", "is"), ("izes", "is"), ("ise", "is")),
    *(("ize", "is"), ("ements", "e"), ("ement", "e"), ("ments", ""), ("ment", ""), ("nesses", ""), ("ness", "")),
    *(
        ("ically", "ic"),
        ("ical", "ic"),
        ("ions", ""),
        ("ion", ""),
        ("ives", ""),
        ("ive", ""),
        ("ings", ""),
        ("ing", ""),
    ),
    *(("ies", "y"), ("ied", "y"), ("ally", "al"), ("ly", ""), ("ers", ""), ("er", ""), ("ors", ""), ("or", "")),
    *(("ed", ""), ("es", ""), ("s", ""), ("e", "")),
)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Cut an English word's ending, so that "manages", "managing" and "management" meet; short words stay."""
    if len(word) > 3 and word.isascii():
        for ending, kept in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                return word[: -len(ending)] + kept
    return word


Mark = tuple[str, int, int, bool]
"""What likeness compares: a feature, its start and end in the plain text, and whether a new stretch begins with it."""


def features(words: Sequence[Unit], text: str) -> list[Mark]:
    """Turn units into what likeness compares: stems of words, and pairs of neighbouring Chinese characters.

    A stretch ends at punctuation. A Chinese character with no neighbour stands for itself. O(units).
    """
    made: list[Mark] = []
    inner = _inner_borders(words, text)
    fresh = True
    for place, word in enumerate(words):
        before = words[place - 1] if place else None
        if before is not None and not _joined(text, before.end, word.start):
            fresh = True
        if not word.han:
            made.append((stem(word.text), word.start, word.end, fresh))
            fresh = False
            continue
        after = words[place + 1] if place + 1 < len(words) else None
        if after is not None and after.han and after.start == word.end:
            if after.start not in inner:
                made.append((word.text + after.text, word.start, after.end, fresh))
                fresh = False
        elif before is None or not before.han or before.end != word.start:
            made.append((word.text, word.start, word.end, fresh))
            fresh = False
    return made


def _inner_borders(words: Sequence[Unit], text: str) -> frozenset[int]:
    """Give where a word of every advertisement touches another: "流程优先" has no pair "程优" in it."""
    if not words or not any(word.han for word in words):
        return frozenset()
    found = _SPOKEN_FOR.finditer(text, words[0].start, words[-1].end)
    return frozenset(border for word in found for border in word.span())


def _joined(text: str, end: int, start: int) -> bool:
    """Tell whether what stands between two units is no punctuation, only blanks, hyphens and the like."""
    between = text[end:start]
    return between in ("", " ") or all(sign.isspace() or sign in "-_'’/&." for sign in between)
