"""The words that needs and profiles are compared by: fitted on what is published and listed, stored, read again."""

from collections.abc import Iterator
from functools import lru_cache

from django.db.models import TextChoices
from django.utils import timezone, translation

from accounts.models import City, Organisation, User
from accounts.prose import SpokenLanguage
from engine.text import TextModel
from enterprises.models import Area, Need
from enterprises.registration import Industry, Market
from skills.models import Alias, Skill
from talent.models import Expert, Profile

from .models import TextFit
from .text_vectors import whole_text

FEWEST_PEOPLE = 2
"""A word that one person alone wrote moves no score: else a firm could ask for it and see who has it."""

FEWEST_PEOPLE_SHOWN = 5
"""A word that fewer people wrote is not shown: it could give one of them away."""

FITS_KEPT = 5
"""Old lists name the version that they were made with; so many of them can still be looked into."""

PLACES = """
    Europe European EU Germany German France French Italy Italian Spain Spanish Poland Polish Netherlands Dutch
    Britain British UK England America American USA Canada Mexico Brazil Africa African Asia Asian ASEAN Japan
    Japanese Korea Korean India Indian Vietnam Vietnamese Thailand Thai Indonesia Malaysia Singapore Philippines
    Australia Russia Russian China Chinese Guangdong Cantonese Hong Kong Macao Macau Taiwan Beijing Shanghai
    Hangzhou Yiwu Hainan
    欧洲 欧盟 德国 法国 意大利 西班牙 波兰 荷兰 英国 美国 北美 南美 拉美 加拿大 墨西哥 巴西 非洲 亚洲 东盟 东南亚
    日本 韩国 印度 越南 泰国 印尼 马来西亚 新加坡 菲律宾 澳洲 澳大利亚 俄罗斯 中东 中国 国内 广东 香港 澳门 台湾
    大湾区 北京 上海 杭州 义乌 浙江 福建 海南 湖南 广西
    英文 中文 外语
"""
"""Markets, origins and tongues, beside those of the tables: they may count (欧洲站), and are not shown."""


def fit_text_model() -> TextFit:
    """Fit the words on all published needs and listed people now, and store them; the same texts give the same fit."""
    people = Profile.objects.listed().order_by("id").values_list("headline", "text", "language")
    needs = Need.objects.published().order_by("id").values_list("title", "text", "language")
    texts = [(whole_text(headline, text), language) for headline, text, language in people.iterator()]
    counted = [True] * len(texts)
    texts += [(whole_text(title, text), language) for title, text, language in needs.iterator()]
    model = TextModel.fit(
        texts,
        counted=counted + [False] * (len(texts) - len(counted)),
        fewest=FEWEST_PEOPLE,
        fewest_shown=FEWEST_PEOPLE_SHOWN,
        known=_known(),
        names=_names(),
        never=_conditions(),
        hidden=[*PLACES.split(), *_both(Market)],
    )
    fit, _made = TextFit.objects.update_or_create(
        version=model.version, defaults={"fitted_at": timezone.now(), "texts": len(texts), "content": model.to_json()}
    )
    TextFit.objects.exclude(pk__in=list(TextFit.objects.values_list("pk", flat=True)[:FITS_KEPT])).delete()
    return fit


def refit_text_model() -> bool:
    """Fit the words anew, as every night; whether they are others than before, so that lists would differ."""
    before = TextFit.objects.values_list("version", flat=True).first()
    return fit_text_model().version != before


def text_model() -> TextModel | None:
    """The model of the newest fit; None before the first."""
    version = TextFit.objects.values_list("version", flat=True).first()
    return None if version is None else _stored(version)


def text_model_for_matching() -> TextModel:
    """The model of the newest fit; where there is none yet, it is fitted now."""
    model = text_model()
    return _stored(fit_text_model().version) if model is None else model  # one without words is a model, too


@lru_cache(maxsize=2)
def _stored(version: str) -> TextModel:
    """A version names a content, so that what was read once stays right."""
    return TextModel.from_json(TextFit.objects.values_list("content", flat=True).get(version=version))


def _known() -> Iterator[str]:
    """How the trade speaks: names and definitions of skills, areas, industries."""
    skills = Skill.objects.current().values_list("label_en", "label_zh", "definition_en", "definition_zh")
    for row in skills.order_by("id").iterator():
        yield from row
    yield from Alias.objects.filter(skill__in=Skill.objects.current()).order_by("id").values_list("text", flat=True)
    for row in Area.objects.values_list("name_en", "name_zh", "description_en", "description_zh"):
        yield from row
    yield from _both(Industry)


def _names() -> Iterator[str]:
    """Names of people, and of firms, schools and authorities that were once verified."""
    yield from Profile.objects.values_list("name", flat=True).iterator()
    yield from User.objects.values_list("name", flat=True).iterator()
    for names in Expert.objects.values_list("name_en", "name_zh").iterator():
        yield from names
    registered = Organisation.objects.filter(state__in=[Organisation.State.VERIFIED, Organisation.State.SUSPENDED])
    for names in registered.values_list("name_en", "name_zh").iterator():
        yield from names


def _conditions() -> Iterator[str]:
    """Where somebody lives and which languages they speak are conditions, and make no likeness."""
    yield from _both(SpokenLanguage)
    for names in City.objects.values_list("name_en", "name_zh"):
        yield from names


def _both(choices: type[TextChoices]) -> list[str]:
    """The labels of a closed list in both languages."""
    labels = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            labels += [str(label) for label in choices.labels]
    return labels
