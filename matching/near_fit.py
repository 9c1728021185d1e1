"""Near skills fitted with what firms ask for, and the lists made anew with them."""

from collections import defaultdict

from accounts.models import User
from enterprises.models import Need, NeedSkill
from skills import near
from skills.models import Framework, NearFit

from .models import Job, Ranking, Run
from .runs import make_missing_rankings, start_full_run


def fit_all(*, by: User | None = None) -> list[NearFit]:
    """Fit the near skills of every current framework; where nothing has changed the fit that stands is given back."""
    asked = asked_for()
    current = Framework.objects.filter(current=True).order_by("id")
    return [near.fit(framework, asked=asked, by=by) for framework in current]


def asked_for() -> list[frozenset[int]]:
    """The skills that each published need asks for. A firm that posts the same need many times is heard once."""
    firm_of: dict[int, int] = dict(Need.objects.published().values_list("id", "organisation_id"))
    skills: dict[int, set[int]] = defaultdict(set)
    for need, skill in NeedSkill.objects.filter(need_id__in=Need.objects.published().values("id")).values_list(
        "need_id", "skill_id"
    ):
        skills[need].add(skill)
    distinct = {(firm_of[need], frozenset(asked)) for need, asked in skills.items() if need in firm_of}
    return [asked for _firm, asked in sorted(distinct, key=lambda row: (row[0], sorted(row[1])))]


def rank_anew(*, by: User | None) -> Run | None:
    """Start a full run, unless one waits that has not begun: it will read the near skills as they are now."""
    begun = Job.objects.exclude(state=Job.State.WAITING).values("run_id")
    if Run.objects.filter(finished_at=None, blocks__gt=0).exclude(id__in=begun.filter(run__isnull=False)).exists():
        return None
    make_missing_rankings()
    if not Ranking.objects.exists():
        return None
    return start_full_run(by=by)
