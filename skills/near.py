"""Near skills: how far holding one skill shows another."""

from django.db.models import Q

from .models import Framework, NearFit, NearSkill, SkillRelation

# One step along the framework's relations: what the held skill is to the wanted one, and how far it shows it.
RELATION_VALUES: dict[NearSkill.Reason, float] = {
    NearSkill.Reason.NARROWER: 0.6,
    NearSkill.Reason.RELATED: 0.45,
    NearSkill.Reason.BROADER: 0.3,
}


def current_version() -> str:
    """The version of the newest fit, or "" before the first."""
    return NearFit.objects.order_by("-id").values_list("version", flat=True).first() or ""


def fit_from_relations(framework: Framework, *, version: str) -> NearFit:
    """Work out near skills from the framework's relations: of several the strongest counts, and staff edits stay."""
    strongest: dict[tuple[int, int], NearSkill.Reason] = {}

    def note(wanted: int, held: int, reason: NearSkill.Reason) -> None:
        standing = strongest.get((wanted, held))
        if standing is None or RELATION_VALUES[reason] > RELATION_VALUES[standing]:
            strongest[wanted, held] = reason

    relations = SkillRelation.objects.filter(Q(skill__framework=framework) & Q(other__framework=framework))
    for skill, other, kind in relations.values_list("skill_id", "other_id", "kind"):
        if kind == SkillRelation.Kind.BROADER:
            note(other, skill, NearSkill.Reason.NARROWER)
            note(skill, other, NearSkill.Reason.BROADER)
        else:
            note(skill, other, NearSkill.Reason.RELATED)
            note(other, skill, NearSkill.Reason.RELATED)

    fit, _made = NearFit.objects.get_or_create(version=version)
    NearSkill.objects.filter(wanted__framework=framework).exclude(source=NearSkill.Source.STAFF).delete()
    edited = set(NearSkill.objects.filter(wanted__framework=framework).values_list("wanted_id", "held_id"))
    NearSkill.objects.bulk_create(
        NearSkill(
            wanted_id=wanted,
            held_id=held,
            value=RELATION_VALUES[reason],
            source=NearSkill.Source.FRAMEWORK,
            reason=reason,
            fit=fit,
        )
        for (wanted, held), reason in sorted(strongest.items())
        if (wanted, held) not in edited
    )
    return fit
