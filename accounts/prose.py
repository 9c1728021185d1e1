"""What people write and what they ask of language and work: the choices that supply and demand share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProseLanguage(models.TextChoices):
    """The language a text is written in."""

    ENGLISH = "en", _("English")
    CHINESE = "zh-Hans", _("Chinese")


class WorkKind(models.TextChoices):
    """Kinds of work that are offered and wished for. The order is the order of bits in the engine."""

    JOB = "job", _("job")
    INTERNSHIP = "internship", _("internship")
    PROJECT = "project", _("project")
    TRAINING = "training", _("training")
    ADVICE = "advice", _("advice")


class SpokenLanguage(models.TextChoices):
    """Languages that people work in, by ISO 639-1 code. The order is the order of columns in the engine."""

    ENGLISH = "en", _("English")
    CHINESE = "zh", _("Mandarin Chinese")
    CANTONESE = "yue", _("Cantonese")
    JAPANESE = "ja", _("Japanese")
    KOREAN = "ko", _("Korean")
    FRENCH = "fr", _("French")
    GERMAN = "de", _("German")
    SPANISH = "es", _("Spanish")
    PORTUGUESE = "pt", _("Portuguese")
    RUSSIAN = "ru", _("Russian")
    ARABIC = "ar", _("Arabic")
    VIETNAMESE = "vi", _("Vietnamese")
    THAI = "th", _("Thai")
    INDONESIAN = "id", _("Indonesian")
    MALAY = "ms", _("Malay")
    ITALIAN = "it", _("Italian")
    DUTCH = "nl", _("Dutch")
    POLISH = "pl", _("Polish")
    TURKISH = "tr", _("Turkish")
    HINDI = "hi", _("Hindi")


class Level(models.IntegerChoices):
    """The one scale for skills and languages; 3 is who does it alone."""

    AWARE = 1, _("aware")
    ASSISTED = 2, _("assisted")
    INDEPENDENT = 3, _("independent")
    ADVANCED = 4, _("advanced")
    LEADING = 5, _("leading")
