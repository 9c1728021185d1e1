"""Names of languages and places: to know the one's shows nothing of another's, however alike two labels are.

Who speaks Spanish shows no English, and who knows the customs of Japan none of Brazil's. A place and the language that
is named like it count as one ("Japanese", "Japan").
"""

from __future__ import annotations

import re
from typing import Final

_LANGUAGES: Final = (
    "Afrikaans Albanian Amharic Arabic Armenian Azerbaijani Basque Belarusian Bengali Bihari Bosnian Breton "
    "Bulgarian Burmese Cantonese Catalan Chinese Corsican Croatian Czech Danish Dutch English Esperanto "
    "Estonian Filipino Finnish French Gaelic Galician Georgian German Greek Gujarati Hausa Hebrew Hindi "
    "Hungarian Icelandic Indonesian Irish Italian Japanese Javanese Kazakh Khmer Korean Kurdish Kyrgyz Lao "
    "Latin Latvian Lithuanian Luxembourgish Macedonian Malay Maltese Mandarin Marathi Mongolian Montenegrin "
    "Nepali Norwegian Occitan Pashto Persian Polish Portuguese Punjabi Romani Romanian Russian Sanskrit "
    "Sardinian Serbian Slovak Slovenian Somali Spanish Swahili Swedish Tagalog Tajik Tamil Telugu Thai Tibetan "
    "Tigrinya Turkish Turkmen Ukrainian Urdu Uyghur Uzbek Vietnamese Walloon Welsh Yiddish Zulu"
)
_LANGUAGES_ZH: Final = {
    "英": "English", "汉": "Chinese", "日": "Japanese", "韩": "Korean", "法": "French", "德": "German", "俄": "Russian",
    "泰": "Thai", "粤": "Cantonese", "越南": "Vietnamese", "西班牙": "Spanish", "葡萄牙": "Portuguese",
    "意大利": "Italian", "阿拉伯": "Arabic", "印尼": "Indonesian", "印度尼西亚": "Indonesian", "马来": "Malay",
    "土耳其": "Turkish", "波兰": "Polish", "荷兰": "Dutch", "希腊": "Greek", "希伯来": "Hebrew", "印地": "Hindi",
    "波斯": "Persian", "缅甸": "Burmese", "高棉": "Khmer", "柬埔寨": "Khmer", "老挝": "Lao", "蒙古": "Mongolian",
    "哈萨克": "Kazakh", "乌克兰": "Ukrainian", "瑞典": "Swedish", "挪威": "Norwegian", "丹麦": "Danish",
    "芬兰": "Finnish", "捷克": "Czech", "匈牙利": "Hungarian", "罗马尼亚": "Romanian", "菲律宾": "Filipino",
    "斯瓦希里": "Swahili",
}  # fmt: skip
_LANGUAGES_ZH_WHOLE: Final = {
    "中文": "Chinese", "英文": "English", "日文": "Japanese", "韩文": "Korean", "法文": "French", "德文": "German",
    "俄文": "Russian", "泰文": "Thai", "普通话": "Mandarin", "广东话": "Cantonese",
}  # fmt: skip
_PLACES: Final = {
    "Japan": "Japanese", "Korea": "Korean", "Russia": "Russian", "China": "Chinese", "PRC": "Chinese",
    "Vietnam": "Vietnamese", "Thailand": "Thai", "Indonesia": "Indonesian", "Malaysia": "Malay", "Germany": "German",
    "France": "French", "Spain": "Spanish", "Italy": "Italian", "Turkey": "Turkish", "Poland": "Polish",
    "Netherlands": "Dutch", "Ukraine": "Ukrainian", "Kazakhstan": "Kazakh", "Mongolia": "Mongolian",
    "Southeast Asian?": "Southeast Asia", "ASEAN": "Southeast Asia", "Latin American?": "Latin America",
    "South American?": "Latin America", "Brazil(?:ian)?": "Latin America", "Mexic(?:o|an)": "Latin America",
    "North American?": "North America", "US": "North America", "USA": "North America",
    "United States": "North America", "Canad(?:a|ian)": "North America", "Europe(?:an)?": "Europe", "EU": "Europe",
    "UK": "Britain", "Brit(?:ain|ish)": "Britain", "Middle East(?:ern)?": "Middle East", "Gulf": "Middle East",
    "Saudi": "Middle East", "UAE": "Middle East", "African?": "Africa", "Indian?": "India",
    "Australian?": "Australia", "Singapore": "Singapore", "Hong Kong": "Hong Kong", "Macao": "Macao",
}  # fmt: skip
_PLACES_ZH: Final = {
    "日本": "Japanese", "韩国": "Korean", "俄罗斯": "Russian", "中国": "Chinese", "越南": "Vietnamese", "泰国": "Thai",
    "印尼": "Indonesian", "马来西亚": "Malay", "德国": "German", "法国": "French", "西班牙": "Spanish",
    "意大利": "Italian", "东南亚": "Southeast Asia", "东盟": "Southeast Asia", "拉美": "Latin America",
    "南美": "Latin America", "巴西": "Latin America", "墨西哥": "Latin America", "北美": "North America",
    "美国": "North America", "加拿大": "North America", "欧洲": "Europe", "欧盟": "Europe", "英国": "Britain",
    "中东": "Middle East", "沙特": "Middle East", "非洲": "Africa", "印度": "India", "澳大利亚": "Australia",
    "新加坡": "Singapore", "香港": "Hong Kong", "澳门": "Macao",
}  # fmt: skip


def _one_of(names: dict[str, str], after: str = "") -> str:
    return f"(?:{'|'.join(sorted(names, key=lambda name: (-len(name), name)))}){after}"


_SPOKEN: Final = re.compile(rf"\b({'|'.join(_LANGUAGES.split())})\b", re.IGNORECASE)
_PLACED: Final = [(re.compile(rf"\b(?:{name})\b"), place) for name, place in _PLACES.items()]
_IN_CHINESE: Final = re.compile(
    f"({_one_of(_LANGUAGES_ZH, '[语文]')})|({_one_of(_LANGUAGES_ZH_WHOLE)})|({_one_of(_PLACES_ZH)})"
)


def peoples_named(label: str) -> frozenset[str]:
    """Give the languages and places that a label names, in either script, by their English names. O(label)."""
    named = {word.capitalize() for word in _SPOKEN.findall(label)}
    named.update(place for name, place in _PLACED if name.search(label))
    for spoken, whole, placed in _IN_CHINESE.findall(label):
        named.add(_LANGUAGES_ZH[spoken[:-1]] if spoken else _LANGUAGES_ZH_WHOLE.get(whole) or _PLACES_ZH[placed])
    return frozenset(named)
