"""The worked match of the first page: an invented need and an invented person, taken apart by the same functions."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from accounts.models import in_active_language
from enterprises.models import Need, NeedSkill
from skills.models import NearSkill, Skill
from skills.near import RELATION_VALUES
from talent.levels import EffectiveLevel
from talent.models import Profile

from .explaining import FIRM, Names, explain_pair
from .explanation import Explanation
from .templatetags.score_picture import Row, rows

PSEUDONYM = {"en": "Longan 27", "zh-Hans": "龙眼 27"}
# Code, names, what the need asks (level, weight, essential) and what the person holds (level, confirmed).
SKILLS: list[tuple[str, str, str, tuple[int, float, bool] | None, EffectiveLevel | None]] = [
    ("supply-chain", "Supply chain management", "供应链管理", (4, 1.5, True), EffectiveLevel(3, True)),
    ("warehouse", "Overseas warehouse operation", "海外仓运营", (3, 1, True), EffectiveLevel(3, False)),
    ("erp", "ERP operation", "ERP 系统操作", (3, 1, True), EffectiveLevel(2, False)),
    ("forecast", "Demand forecasting", "需求预测", (2, 1, False), None),
    ("power-bi", "Power BI dashboards", "Power BI 看板", (3, 1, False), None),
    ("documents", "Trade documentation", "外贸单证", (2, 1, False), None),
    ("statistics", "Descriptive statistics", "描述统计", None, EffectiveLevel(3, False)),
    ("spreadsheets", "Spreadsheet modelling", "电子表格建模", None, EffectiveLevel(4, True)),
]
NEAR = {  # wanted, held: what the held skill is to the wanted one
    ("forecast", "statistics"): NearSkill.Reason.NARROWER,
    ("power-bi", "spreadsheets"): NearSkill.Reason.RELATED,
}


@dataclass(frozen=True)
class Example:
    """What the first page shows of it."""

    explanation: Explanation
    need: str
    name: str

    @property
    def rows(self) -> list[Row]:
        return rows(self.explanation)

    @property
    def answer(self) -> str:
        """The beginning of what the API answers for such a match."""
        shown = self.explanation
        part = next(part for part in shown.parts if part.verdict == "partly")
        label = {"en": part.skill.label_en, "zh-Hans": part.skill.label_zh}
        lines: list[dict[str, Any]] = [
            {"score": _rounded(shown.score), "fit": _rounded(shown.fit), "use": _rounded(shown.use)},
            {"focus_deduction": _rounded(shown.focus_deduction), "text_bonus": _rounded(shown.text_bonus)},
            {"subject": {"kind": "student", "name": PSEUDONYM}},
            {"parts": [{"skill": {"code": part.skill.code, "label": label}}]},
            {"wanted": part.wanted, "held": part.held, "evidence": part.evidence},
            {"share": _rounded(part.share), "points": _rounded(part.points), "verdict": part.verdict},
        ]
        head, inside = [_inner(line) for line in lines[:4]], [_inner(line) for line in lines[4:]]
        head[-1] = head[-1].removesuffix("}]").replace('"label"', '\n     "label"')
        return "{" + ",\n ".join(head) + ",\n   " + ",\n   ".join(inside) + "}, …]}"


def worked_example() -> Example:
    """The invented match in the reader's language; it reads no table."""
    skills = [Skill(pk=key, code=row[0], label_en=row[1], label_zh=row[2]) for key, row in enumerate(SKILLS)]
    place = {skill.code: key for key, skill in enumerate(skills)}
    near = np.zeros((len(skills), len(skills)))
    for (wanted, held), reason in NEAR.items():
        near[place[wanted], place[held]] = RELATION_VALUES[reason]
    asked = [
        NeedSkill(skill_id=key, min_level=row[3][0], weight=row[3][1], essential=row[3][2])
        for key, row in enumerate(SKILLS)
        if row[3]
    ]
    explanation = explain_pair(
        Need(kind="job", remote=True),
        Profile(kinds=["job"], remote=True),
        asked,
        {key: row[4] for key, row in enumerate(SKILLS) if row[4]},
        Names(
            {key: key for key in range(len(skills))},
            skills,
            csr_array(near),
            {(place[wanted], place[held]): str(reason.label) for (wanted, held), reason in NEAR.items()},
        ),
        FIRM,
    )
    return Example(
        explanation=explanation,
        need=in_active_language("stock planner, overseas warehouses", "海外仓备货计划员"),
        name=in_active_language(PSEUDONYM["en"], PSEUDONYM["zh-Hans"]),
    )


def _rounded(share: float) -> float:
    return round(share, 3)


def _inner(values: dict[str, Any]) -> str:
    """The fields of a JSON object without its braces."""
    return json.dumps(values, ensure_ascii=False)[1:-1]
