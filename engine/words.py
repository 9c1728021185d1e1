"""A text cut into what its likeness to another is counted by: words, and pairs of Chinese characters.

Every script is cut in its own way, and every sentence belongs to one language: Latin names inside a Chinese sentence
are Chinese words ("用 SQL 取数"), those of an English sentence are English ones. So two texts that share no language
share no word either, as the model wants it (what both name is found by their skills), while a text with a paragraph in
each language meets texts of both.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from engine.traditional import SIMPLIFIED

ENGLISH: Final = "en"
CHINESE: Final = "zh"
LANGUAGES: Final = (ENGLISH, CHINESE)

LONGEST_WORD: Final = 40
"""Letters; what is longer is no word but a key, a path or a joke."""

LONGEST_PHRASE: Final = {False: 3, True: 6}
"""The most units of a phrase: words, or (True) Chinese characters."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FUNCTION_WORDS: Final = _listed(
    """
    a an the and or but nor not no so if then than that this these those there here it its i me my we us our you
    your he him his she her they them their who whom whose which what when where why how as at by for from in into
    of off on onto out over to under up with within without about after before between during through until while
    via per be am is are was were been being do does did done have has had having will would shall should can could
    may might must also any all both each every either more most much many some such only own same other another
    very too just don doesn didn isn aren wasn won ve ll re
    """
)
"""Words that name nothing, of closed classes only. They tell an English sentence, and are never counted."""

_FORM_WORDS: Final = _listed(
    """
    one two three four five six seven eight nine ten hundred thousand million first second third half year years
    month months week weeks day days work works working worked job jobs role position company team people person
    experience experienced skill skills knowledge ability able good well strong excellent small large big new old
    know knows knew known need needs needed use uses used using make makes made making take takes took help helps
    helped look looks looking get gets got give gives gave keep keeps kept run runs ran write writes wrote written
    build builds built move moves moved read reads say says said see want wants like plus please own alone part
    time
    """
)
"""Words that every advertisement and every CV is made of, and numbers: they say nothing of a pair."""

_PROTECTED_WORDS: Final = _listed(
    """
    male female man men woman women boy girl gender sex sexual married unmarried marital pregnant pregnancy mother
    father husband wife age aged young ethnic ethnicity race religion religious christian muslim buddhist jewish
    hindu disabled disability health healthy nationality citizen hukou native
    """
)
"""Sex, family, age, origin, faith, health by their usual words: a match is made of none of these."""

_CUTTING: Final = frozenset("的了和与及或是我们你您他她它这那也都把被很吗呢吧男女")
"""Characters that join or point and stand in few words: a word does not reach over them. 男 and 女 are protected."""

_CHINESE_FORM: Final = _listed(
    """
    负责 熟悉 熟练 掌握 精通 能够 可以 优先 工作 经验 以上 以下 以内 相关 具有 具备 良好 较强 能力 独立 参与 进行
    完成 每天 每周 每月 每年 一年 两年 三年 四年 五年 一家 公司 企业 岗位 职位 要求 任职 希望 自己 做过 会用 专业
    毕业 本科 大学 学院 学校
    """
)

_CHINESE_PROTECTED: Final = _listed(
    """
    性别 年龄 周岁 已婚 未婚 婚姻 怀孕 生育 民族 汉族 宗教 信仰 党员 团员 籍贯 户籍 户口 身高 体重 相貌 形象 残疾
    健康 疾病
    """
)

_NOT_COUNTED: Final = _FUNCTION_WORDS | _FORM_WORDS | _PROTECTED_WORDS
_PAIRS_NOT_COUNTED: Final = _CHINESE_FORM | _CHINESE_PROTECTED

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA: Final = "\u3040-\u30ff\u31f0-\u31ff"
_LETTER: Final = rf"(?:(?![{_HAN}{_KANA}])[^\W_])"
_PIECE: Final = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<kana>[{_KANA}]+)|[A-Za-z]-(?=[A-Za-z]){_LETTER}+|{_LETTER}+[+#]{{0,2}}"
)
_ONE_HAN: Final = re.compile(rf"[{_HAN}]")
_END: Final = re.compile(r"[!?;。\n\r\u2028\u2029]|\.(?=\s|$)")
_SOLID: Final = re.compile(r"[!-~]+")
_SIMPLIFIED: Final = str.maketrans(SIMPLIFIED)
_ASIDE: Final = re.compile(r"[ \t\-\u2010\u2011]*")


class Run(NamedTuple):
    """Units that stand together in a text: words, or the characters of a Chinese stretch (``han``).

    Unit *u* stands in ``written[starts[u]:ends[u]]``; ``opens``: the first one opens its sentence; ``capitals`` are the
    units that begin with a capital.
    """

    language: str
    han: bool
    units: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    opens: bool
    capitals: Collection[int]


class Term(NamedTuple):
    """One thing that is counted in a run: its text, the number of its first unit, and of the one after its last."""

    text: str
    first: int
    last: int


def stem(word: str) -> str:
    """Take the plural off an English word, lower case in and out (the S stemmer: Harman, JASIS 42:1, 1991)."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else word[:-3] + "y"
    if word.endswith("es"):
        return word if word.endswith(("aes", "ees", "oes")) else word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith(("us", "ss")) else word


def written(text: str) -> str:
    """Give the text as it is cut and quoted: in one width, with web and mail addresses blanked. O(n)."""

    def blanked(solid: re.Match[str]) -> str:
        piece = solid.group()
        return " " * len(piece) if "@" in piece or "://" in piece or "www." in piece.lower() else piece

    return _SOLID.sub(blanked, unicodedata.normalize("NFKC", text))


def runs(text: str, language: str | None) -> Iterator[Run]:
    """Cut a text (as ``written`` gives it) into runs. ``language`` "en…", "zh…", or None where nobody said. O(n)."""
    folded = text.translate(_SIMPLIFIED)
    declared = _known(language) or _mostly(folded)
    start = 0
    for end in [*(found.start() for found in _END.finditer(folded)), len(folded)]:
        if end > start:
            yield from _of_sentence(folded, list(_PIECE.finditer(folded, start, end)), declared)
        start = end + 1


def terms(run: Run, phrases: Collection[str]) -> Iterator[Term]:
    """Count out a run: each word, of Chinese each pair of characters, and every phrase that is longer.

    ``phrases`` are the ones known: words joined by blanks, or Chinese words. O(units).
    """
    longest = LONGEST_PHRASE[run.han]
    join = "" if run.han else " "
    for at in range(len(run.units)):
        word = join.join(run.units[at : at + 2]) if run.han else run.units[at]
        if not run.han or (len(word) == 2 and word not in _PAIRS_NOT_COUNTED):
            yield Term(word, at, at + 1 + run.han)
        for length in range(3 if run.han else 2, min(longest, len(run.units) - at) + 1):
            phrase = join.join(run.units[at : at + length])
            if phrase in phrases:
                yield Term(phrase, at, at + length)


def is_han(word: str) -> bool:
    """Tell Chinese terms from those of letters; no term mixes both."""
    return _ONE_HAN.match(word) is not None


def _known(language: str | None) -> str | None:
    return next((known for known in LANGUAGES if (language or "").lower().startswith(known)), None)


def _mostly(text: str) -> str:
    """Guess: Chinese where it has more Chinese characters than other words."""
    han = words = 0
    for piece in _PIECE.finditer(text):
        han, words = (han + len(piece.group()), words) if piece.lastgroup == "han" else (han, words + 1)
    return CHINESE if han > words else ENGLISH


def _of_sentence(text: str, pieces: list[re.Match[str]], declared: str) -> Iterator[Run]:
    """Cut one sentence. One with kana is Japanese and left out: the same characters mean other things there."""
    han = sum(len(piece.group()) for piece in pieces if piece.lastgroup == "han")
    if any(len(piece.group()) > 1 for piece in pieces if piece.lastgroup == "kana"):
        return
    words = [piece for piece in pieces if piece.lastgroup is None]
    english = any(piece.group().lower() in _FUNCTION_WORDS for piece in words)
    chinese = (han > len(words) or not english) if han else (declared == CHINESE and not english)
    language = CHINESE if chinese else ENGLISH
    units: list[str] = []
    places: list[tuple[int, int]] = []
    opens = True

    def so_far() -> Iterator[Run]:
        """Give what stands together up to here, and begin anew."""
        nonlocal opens
        if units:
            starts, ends = [start for start, _ in places], [end for _, end in places]
            capitals = tuple(unit for unit, start in enumerate(starts) if text[start].isupper())
            yield Run(language, False, units[:], starts, ends, opens, capitals)
        opens = False
        units.clear()
        places.clear()

    for piece in pieces:
        if piece.lastgroup == "han":
            yield from so_far()
            yield from _of_characters(piece.group(), piece.start())
            continue
        word = _word(piece.group())
        if word is None or (places and not _ASIDE.fullmatch(text, places[-1][1], piece.start())):
            yield from so_far()
        if word is not None:
            units.append(word)
            places.append(piece.span())
    yield from so_far()


def _word(piece: str) -> str | None:
    """Give a word as it is counted; None for numbers, single letters and what is never counted."""
    if not 2 <= len(piece) <= LONGEST_WORD or not piece[0].isalpha() or sum(map(str.isdigit, piece)) > 2:
        return None
    word = piece.lower().replace("-", "")
    return None if word in _NOT_COUNTED else sys.intern(stem(word))


def _of_characters(piece: str, start: int) -> Iterator[Run]:
    """Cut a Chinese stretch where a character only joins."""
    begun = 0
    for end in [*(at for at, character in enumerate(piece) if character in _CUTTING), len(piece)]:
        if end - begun > 1:
            first, last = start + begun, start + end
            yield Run(CHINESE, True, piece[begun:end], range(first, last), range(first + 1, last + 1), False, ())
        begun = end + 1
