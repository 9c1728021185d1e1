"""A student's link to a school or a training base: asked by either, true once both said so, ended by either.

A school that asks by address never learns whether somebody with that address is here: what it asked shows nowhere on
its side before the person says yes, and a no stays the person's own. It takes a question back by the same address, and
learns as little. After a no it is for the other side to ask.
"""

import datetime
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.errors import FieldError, InvalidInput, NotAllowed, StateForbids
from accounts.models import AuditRow, Organisation, User
from accounts.permissions import Act, demand

from . import link_mail
from .models import Claim, Profile, Program, StudentLink
from .models.student_link import StudentLinkQuerySet

State, AskedBy = StudentLink.State, StudentLink.AskedBy
ONE_DAY = datetime.timedelta(days=1)
MOST_ASKED = 500  # addresses a school and a day: it sends mail to people who did not ask for it


def links_of_school(organisation: Organisation) -> StudentLinkQuerySet:
    """What the school sees: who asked it, who is linked, and who has left with a confirmation of it that stands."""
    shown = ~Q(state=State.DECLINED) & ~Q(state=State.ASKED, asked_by=AskedBy.SCHOOL)
    later = StudentLink.objects.filter(
        shown, profile=OuterRef("profile"), organisation=OuterRef("organisation"), id__gt=OuterRef("id")
    )
    stands = Claim.objects.filter(profile=OuterRef("profile"), confirmer=organisation, withdrawn_at=None)
    left = Q(Exists(stands), ~Exists(later), state=State.ENDED)
    seen = Q(state=State.CONFIRMED) | Q(state=State.ASKED, asked_by=AskedBy.STUDENT) | left
    return StudentLink.objects.filter(seen, organisation=organisation).select_related("profile", "program")


def links_of_person(profile: Profile) -> StudentLinkQuerySet:
    """What the person sees: what stands, what waits for an answer of either side, and how what they asked ended."""
    own = StudentLink.objects.filter(profile=profile).exclude(state=State.DECLINED, asked_by=AskedBy.SCHOOL)
    return own.select_related("organisation", "program")


def questions_to(schools: QuerySet[Organisation]) -> StudentLinkQuerySet:
    """What students asked these schools and wait to be answered."""
    return StudentLink.objects.filter(organisation__in=schools, state=State.ASKED, asked_by=AskedBy.STUDENT)


@transaction.atomic
def ask_link(*, by: User, organisation: Organisation, program: Program | None = None) -> StudentLink:
    """Ask a school to say that one studies there. Where the school asked first, this is the yes to it."""
    profile = Profile.objects.filter(user=by).first()
    if profile is None:
        raise StateForbids("no_profile", _("Make a profile first."))
    _check_school(organisation)
    _check_program(organisation, program)
    newest = _newest(profile, organisation)
    if newest is not None and newest.state == State.ASKED and newest.asked_by == AskedBy.SCHOOL:
        return answer_link(by=by, link=newest, accept=True)
    if newest is not None and newest.state == State.CONFIRMED:
        raise StateForbids("already_linked", _("You are linked with this school already."))
    if newest is not None and newest.state == State.DECLINED and newest.asked_by == AskedBy.STUDENT:
        raise StateForbids("declined", _("This school said no. It can still ask you."))
    if newest is not None and newest.state == State.ASKED:
        raise StateForbids("already_asked", _("You have asked this school already."))
    link = _ask(by, profile, organisation, program, AskedBy.STUDENT)
    if link is None:  # a question came up in the same moment, perhaps the school's: now it is seen
        return ask_link(by=by, organisation=organisation, program=program)
    link_mail.to_school(
        organisation,
        lambda: gettext("%(name)s asks for a link to %(school)s") % _names(link),
        lambda: gettext("Say yes or no on the page of your students."),
    )
    return link


@transaction.atomic
def ask_student(*, by: User, organisation: Organisation, email: str, program: Program | None = None) -> None:
    """Ask whoever has this address whether they study here; whether anybody has it shows in no way."""
    demand(by, Act.LINK_STUDENTS, organisation)
    _check_school(organisation)
    _check_program(organisation, program)
    email = email.strip().lower()
    if email == by.email:
        raise InvalidInput([FieldError(("email",), "own", _("This is your own address. Ask from your profile."))])
    _count_question(by, organisation)
    profile = Profile.objects.filter(user__email=email, user__is_active=True).select_related("user").first()
    newest = _newest(profile, organisation) if profile else None
    if profile is None or (newest is not None and not _may_be_asked_again(newest)):
        return
    asked = StudentLink.objects.filter(profile=profile, organisation=organisation, asked_by=AskedBy.SCHOOL)
    told = asked.filter(asked_at__gt=timezone.now() - ONE_DAY).exists()  # asked, taken back, asked again: one letter
    link = _ask(by, profile, organisation, program, AskedBy.SCHOOL)
    if link is not None and not told:
        link_mail.to_student(
            profile,
            lambda: gettext("%(school)s asks whether you study there") % _names(link),
            lambda: gettext(
                "Say yes or no on your profile. With your yes it sees your name, your program and your skills, "
                "and can confirm them; not your text, not your contact."
            ),
        )


@transaction.atomic
def take_back_question(*, by: User, organisation: Organisation, email: str) -> None:
    """Take back what whoever has this address was asked and did not answer; whether there was such shows in no way."""
    demand(by, Act.LINK_STUDENTS, organisation)
    asked = StudentLink.objects.filter(organisation=organisation, state=State.ASKED, asked_by=AskedBy.SCHOOL)
    for link in asked.filter(profile__user__email=email.strip().lower()).select_for_update(of=("self",)):
        _move(by, link, State.ENDED, "end_link")


def answer_link(*, by: User, link: StudentLink, accept: bool) -> StudentLink:
    """Say yes or no to what the other side asked."""
    with transaction.atomic():
        link = _locked(link)
        _demand_other_side(by, link)
        if link.state != State.ASKED:
            raise StateForbids("not_asked", _("This was answered already."))
        if accept:
            _check_school(link.organisation)
        _move(by, link, State.CONFIRMED if accept else State.DECLINED, "answer_link")
        if link.asked_by == AskedBy.STUDENT:
            yes, no = _("%(school)s confirmed your link"), _("%(school)s did not confirm your link")
            link_mail.to_student(
                link.profile,
                lambda: str(yes if accept else no) % _names(link),
                lambda: gettext("You find your schools on your profile."),
            )
        elif accept:
            link_mail.to_school(
                link.organisation,
                lambda: gettext("%(name)s confirmed the link to %(school)s") % _names(link),
                lambda: gettext("You can now confirm what this student can do."),
            )
    return link


def end_link(*, by: User, link: StudentLink) -> StudentLink:
    """End what both said, or take back what one asked. What the school confirmed stays until it withdraws it."""
    with transaction.atomic():
        link = _locked(link)
        own = link.profile.user_id == by.pk
        if not own:
            demand(by, Act.LINK_STUDENTS, link.organisation)
        before = link.state
        asker = AskedBy.STUDENT if own else AskedBy.SCHOOL
        if before != State.CONFIRMED and (before != State.ASKED or link.asked_by != asker):
            raise StateForbids("not_linked", _("There is no link to end."))
        _move(by, link, State.ENDED, "end_link")
        if before == State.CONFIRMED:
            tell: Callable[..., None] = link_mail.to_school if own else link_mail.to_student
            tell(
                link.organisation if own else link.profile,
                lambda: gettext("The link between %(name)s and %(school)s has ended") % _names(link),
                lambda: gettext("What was confirmed stays until the school withdraws it."),
            )
    return link


def _check_school(organisation: Organisation) -> None:
    if organisation.kind not in Organisation.TEACHING:
        raise StateForbids("not_a_school", _("Only schools and training bases have students."))
    if organisation.state != Organisation.State.VERIFIED:
        raise StateForbids("organisation_not_verified", _("The platform’s staff have not verified this organisation."))


def _check_program(organisation: Organisation, program: Program | None) -> None:
    if program is not None and program.organisation_id != organisation.pk:
        message = _("This program is not one of this school.")
        raise InvalidInput([FieldError(("program",), "of_another", message)])


def _newest(profile: Profile, organisation: Organisation) -> StudentLink | None:
    return StudentLink.objects.filter(profile=profile, organisation=organisation).first()


def _may_be_asked_again(newest: StudentLink) -> bool:
    """Whether a school's question has a point: nothing stands or waits, and the person did not say no to it."""
    return newest.state == State.ENDED or (newest.state == State.DECLINED and newest.asked_by == AskedBy.STUDENT)


def _count_question(by: User, organisation: Organisation) -> None:
    """Put one more question to an address on the trail, without the address; refuse it where too many came in a day."""
    rows = AuditRow.objects.filter(action="ask_student", organisation=organisation)
    if rows.filter(at__gt=timezone.now() - ONE_DAY).count() >= MOST_ASKED:
        said = _("%(count)d addresses were asked within a day. Go on tomorrow.") % {"count": MOST_ASKED}
        raise StateForbids("too_many_questions", said)
    audit.record(actor=by, action="ask_student", subject=organisation, organisation=organisation)


def _ask(
    by: User, profile: Profile, organisation: Organisation, program: Program | None, asked_by: str
) -> StudentLink | None:
    """A new question, or None where one came up in the same moment."""
    try:
        with transaction.atomic():
            link = StudentLink.objects.create(
                profile=profile, organisation=organisation, program=program, asked_by=asked_by
            )
    except IntegrityError:
        return None
    audit.record(
        actor=by, action="ask_link", subject=link, organisation=organisation, after={"asked_by": str(asked_by)}
    )
    return link


def _locked(link: StudentLink) -> StudentLink:
    """The link as it is now, held until the transaction ends."""
    rows = StudentLink.objects.select_for_update(of=("self",))
    return rows.select_related("profile__user", "organisation", "program").get(pk=link.pk)


def _demand_other_side(by: User, link: StudentLink) -> None:
    """Nobody answers what they asked: not the student who also acts for the school either."""
    own = link.profile.user_id == by.pk
    if own != (link.asked_by == AskedBy.SCHOOL):
        raise NotAllowed("other_side", _("The other side answers this."))
    if not own:
        demand(by, Act.LINK_STUDENTS, link.organisation)


def _move(by: User, link: StudentLink, state: str, action: str) -> None:
    before, link.state = link.state, state
    if state == State.ENDED:
        link.ended_at = timezone.now()
    else:
        link.answered_at = timezone.now()
    link.save(update_fields=["state", "answered_at", "ended_at"])
    audit.record(
        actor=by,
        action=action,
        subject=link,
        organisation=link.organisation,
        before={"state": str(before)},
        after={"state": str(state)},
    )


def _names(link: StudentLink) -> dict[str, object]:
    return {"name": link.profile.name, "school": link.organisation}
