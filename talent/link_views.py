"""Pages of links: a student's schools, a school's students, and what it confirms of one of them."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError, InvalidInput, NotAllowed, StateForbids
from accounts.forms import errors_by_field
from accounts.inputs import checked
from accounts.models import Organisation, User
from accounts.pages import MENDING, reader
from accounts.permissions import Act, acting_for, demand
from skills.models import Skill
from skills.search import search_skills

from .confirming import SOURCE_OF_KIND, confirm_claim, withdraw_confirmation
from .link_inputs import ConfirmationInput, LinkInput, StudentInput, TakingBackInput
from .links import (
    answer_link,
    ask_link,
    ask_student,
    end_link,
    links_of_person,
    links_of_school,
    take_back_question,
)
from .models import Claim, Profile, Program, StudentLink
from .views import with_profile

STUDENTS_ON_A_PAGE = 25
SCHOOLS_FOUND = 20
SKILLS_FOUND = 8
State = StudentLink.State


# A person's schools ---------------------------------------------------------------------------------------------------
@with_profile
@require_http_methods(["GET", "HEAD", "POST"])
def schools(request: HttpRequest, mine: Profile) -> HttpResponse:
    """Find one's school and ask it for a link."""
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in ("organisation", "program")}
        try:
            link = ask_link(by=mine.user, **checked(LinkInput(data=given)))
        except InvalidInput as wrong:
            messages.error(request, " ".join(str(error.detail) for error in wrong.errors))
        except StateForbids as refused:
            messages.info(request, str(refused.detail))
        else:
            said = _("%(school)s was asked.") if link.state == State.ASKED else _("You are linked with %(school)s.")
            messages.success(request, said % {"school": link.organisation})
        return redirect(reverse("profile") + "#schools")
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    bodies = Organisation.objects.filter(kind__in=Organisation.TEACHING, state=Organisation.State.VERIFIED)
    if query:
        bodies = bodies.filter(Q(name_en__icontains=query) | Q(name_zh__icontains=query))
    open_links = links_of_person(mine).filter(state__in=[State.ASKED, State.CONFIRMED])
    found = bodies.exclude(id__in=open_links.values("organisation")).select_related("city").order_by("name_zh", "id")
    offered = Prefetch("programs", Program.objects.published().order_by("title", "id"), to_attr="offered")
    context = {"query": query, "found": found.prefetch_related(offered)[:SCHOOLS_FOUND], "most": SCHOOLS_FOUND}
    return render(request, "talent/link_schools.html", context)


@with_profile
@require_POST
def school_answer(request: HttpRequest, mine: Profile, public_id: uuid.UUID) -> HttpResponse:
    """Say yes or no to a school."""
    link = get_object_or_404(links_of_person(mine), public_id=public_id)
    _answered(request, mine.user, link)
    return redirect(reverse("profile") + "#schools")


@with_profile
@require_POST
def school_end(request: HttpRequest, mine: Profile, public_id: uuid.UUID) -> HttpResponse:
    """Leave a school, or take back what one asked."""
    link = get_object_or_404(links_of_person(mine), public_id=public_id)
    _ended(request, mine.user, link)
    return redirect(reverse("profile") + "#schools")


# A school's students --------------------------------------------------------------------------------------------------
@require_safe
@login_required
def students(request: HttpRequest) -> HttpResponse:
    """Who asked, and who is linked, of one of the schools that one acts for."""
    mine = _schools_of(request)
    if not mine:
        if Organisation.objects.of_member(request.user).filter(kind__in=Organisation.TEACHING).exists():
            raise NotAllowed
        messages.info(request, _("Students belong to a school or a training base. Register yours first."))
        return redirect("organisations")
    return _students_page(request, _school(request, request.GET.get("school", "")), mine)


@require_POST
@login_required
def students_ask(request: HttpRequest) -> HttpResponse:
    """Ask somebody by address, or take that back. What is said is the same whether anybody has it or not."""
    school = _school(request, request.POST.get("school", ""))
    typed = {name: request.POST.get(name, "") for name in ("email", "program")}
    said = _("The request was sent, if %(email)s is here. You see the person once they said yes.")
    try:
        if request.POST.get("do") == "take-back":
            given = checked(TakingBackInput(data={"email": typed["email"]}))
            take_back_question(by=reader(request), organisation=school, **given)
            said = _("What you asked %(email)s is taken back, if it waited for an answer.")
        else:
            ask_student(by=reader(request), organisation=school, **checked(StudentInput(data=typed)))
    except InvalidInput as wrong:
        errors = errors_by_field(wrong, lambda path: str(path[0]))
        return _students_page(request, school, _schools_of(request), typed=typed, errors=errors)
    except StateForbids as refused:
        messages.error(request, str(refused.detail))
    else:
        messages.success(request, said % {"email": typed["email"].strip()})
    return redirect(_address_of(school))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def student(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One student: what they say that they can do, and what the school stands for."""
    link = _link(request, public_id)
    sheet = Sheet.of(link, request.GET if request.method != "POST" else request.POST)
    if request.method != "POST":
        return render(request, "talent/students_one.html", sheet.context())
    user, code = reader(request), request.POST.get("confirm", "")[:100]
    try:
        if code:
            given = {"skill": code, "level": request.POST.get(f"level-{code}"), "evidence": sheet.evidence_of(code)}
            confirmed = checked(ConfirmationInput(data=given))
            confirm_claim(by=user, organisation=link.organisation, profile=link.profile, **confirmed)
            messages.success(request, _("Confirmed: %(skill)s.") % {"skill": confirmed["skill"].label})
        elif gone := Skill.objects.filter(code=request.POST.get("withdraw", "")[:100].replace("\x00", "")).first():
            withdraw_confirmation(by=user, organisation=link.organisation, profile=link.profile, skill=gone)
            messages.success(request, _("Withdrawn: %(skill)s.") % {"skill": gone.label})
    except InvalidInput as wrong:
        sheet.blame(code, wrong)
        return render(request, "talent/students_one.html", sheet.context(), status=MENDING)
    except NotAllowed:
        raise
    except DomainError as refused:
        messages.error(request, str(refused.detail))
    return redirect("student", link.public_id)


@require_POST
@login_required
def student_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say yes or no to a student."""
    link = _link(request, public_id)
    _answered(request, reader(request), link)
    return redirect(_address_of(link.organisation))


@require_POST
@login_required
def student_end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End the link with a student."""
    link = _link(request, public_id)
    _ended(request, reader(request), link)
    return redirect(_address_of(link.organisation))


@dataclass
class Row:
    """One skill of a student, as the school meets it: what they say, what others confirm, what it confirms."""

    skill: Skill
    declared: int | None = None
    others: list[Claim] = field(default_factory=list)
    own: Claim | None = None
    level: str = ""
    evidence: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.skill.code

    @property
    def current(self) -> bool:
        return self.skill.successor_id is None


@dataclass
class Sheet:
    """The page of one student: a row a skill, and the skills that were looked up to be confirmed besides."""

    link: StudentLink
    rows: dict[str, Row]
    typed: Any
    query: str = ""
    found: list[Skill] | None = None
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, link: StudentLink, typed: Any) -> "Sheet":
        """From what stands, and what was typed. Of who left only the school's own confirmations are shown."""
        school, linked = link.organisation, link.state == State.CONFIRMED
        claims = Claim.objects.filter(profile=link.profile, withdrawn_at=None)
        if not linked:
            claims = claims.filter(confirmer=school) if link.state == State.ENDED else claims.none()
        rows: dict[str, Row] = {}
        for claim in claims.select_related("skill", "confirmer").order_by("skill__label_en", "id"):
            row = rows.setdefault(claim.skill.code, Row(claim.skill))
            if claim.source in Claim.SELF_DECLARED:
                row.declared = max(claim.level, row.declared or 0)
            elif claim.confirmer_id == school.pk:
                row.own, row.level, row.evidence = claim, str(claim.level), claim.evidence
            else:
                row.others.append(claim)
        query = typed.get("q", "").replace("\x00", "").strip()[:100] if linked else ""
        found = [skill for skill in search_skills(query)[:SKILLS_FOUND] if skill.code not in rows] if query else None
        sheet = cls(link, rows, typed, query, found)
        for skill in found or []:
            rows[skill.code] = Row(skill)
        for code, row in rows.items():
            row.level = typed.get(f"level-{code}", row.level)
            row.evidence = typed.get(f"evidence-{code}", row.evidence)
        return sheet

    def evidence_of(self, code: str) -> str:
        return str(self.typed.get(f"evidence-{code}", ""))

    def blame(self, code: str, wrong: InvalidInput) -> None:
        """Put what is wrong at its row; where there is none, above all of them."""
        errors = errors_by_field(wrong, lambda path: str(path[0]) if path else "")
        if code in self.rows:
            self.rows[code].errors = errors
        self.wrong = {
            f"{name}-{code}" if code in self.rows else "": list(messages) for name, messages in errors.items()
        }

    def context(self) -> dict[str, Any]:
        new = {skill.code for skill in self.found or []}
        verified = self.link.organisation.state == Organisation.State.VERIFIED
        return {
            "link": self.link,
            "list_url": _address_of(self.link.organisation),
            "rows": [row for code, row in self.rows.items() if code not in new],
            "found": [self.rows[code] for code in self.rows if code in new],
            "query": self.query,
            "errors": self.wrong,
            "may_confirm": verified and self.link.state == State.CONFIRMED,
            "verified": verified,
            "may_withdraw": self.link.organisation.state != Organisation.State.SUSPENDED,
        }


def _students_page(
    request: HttpRequest,
    school: Organisation,
    mine: QuerySet[Organisation],
    typed: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
) -> HttpResponse:
    links = links_of_school(school)
    linked = links.filter(state=State.CONFIRMED).order_by("profile__name", "id")
    page = Paginator(linked, STUDENTS_ON_A_PAGE).get_page(request.GET.get("page"))
    programs = Program.objects.filter(organisation=school).exclude(status=Program.Status.CLOSED).order_by("title", "id")
    context = {
        "school": school,
        "schools": mine,
        "verified": school.state == Organisation.State.VERIFIED,
        "waiting": links.filter(state=State.ASKED).order_by("id"),
        "page": page,
        "left": links.filter(state=State.ENDED).order_by("profile__name", "id"),
        "typed": typed or {},
        "errors": errors or {},
        "programs": [("", _("not stated")), *((str(row.public_id), row.title) for row in programs)],
    }
    return render(request, "talent/students.html", context, status=MENDING if errors else 200)


def _schools_of(request: HttpRequest) -> QuerySet[Organisation]:
    """The schools and bases whose students this person may see."""
    return acting_for(reader(request), Act.SEE_STUDENTS).filter(kind__in=SOURCE_OF_KIND)


def _school(request: HttpRequest, wanted: str) -> Organisation:
    """The school that the address names, or the first of one's own; another's is not found."""
    if not wanted:
        first = _schools_of(request).first()
        if first is None:
            raise Http404
        return first
    own = Organisation.objects.of_member(request.user).filter(kind__in=Organisation.TEACHING)
    try:
        school = get_object_or_404(own, public_id=uuid.UUID(wanted))
    except ValueError:
        raise Http404 from None
    demand(request.user, Act.SEE_STUDENTS, school)
    return school


def _link(request: HttpRequest, public_id: uuid.UUID) -> StudentLink:
    """A link that one of one's schools sees; anything else is not found."""
    own = Organisation.objects.of_member(request.user).values("id")
    link = get_object_or_404(
        StudentLink.objects.filter(organisation__in=own).select_related("organisation"), public_id=public_id
    )
    demand(request.user, Act.SEE_STUDENTS, link.organisation)
    return get_object_or_404(links_of_school(link.organisation).select_related("organisation"), pk=link.pk)


def _answered(request: HttpRequest, by: User, link: StudentLink) -> None:
    try:
        link = answer_link(by=by, link=link, accept=request.POST.get("accept") == "yes")
    except DomainError as refused:
        messages.error(request, str(refused.detail))
    else:
        messages.success(request, _("The link is confirmed.") if link.state == State.CONFIRMED else _("You said no."))


def _ended(request: HttpRequest, by: User, link: StudentLink) -> None:
    try:
        end_link(by=by, link=link)
    except DomainError as refused:
        messages.error(request, str(refused.detail))
    else:
        messages.success(request, _("The link has ended."))


def _address_of(school: Organisation) -> str:
    return f"{reverse('students')}?school={school.public_id}"
