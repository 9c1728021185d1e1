"""Pages of a person who looks for work: their profile, and the switch that takes them out of every list."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import InvalidInput, StateForbids
from accounts.models import in_active_language
from accounts.pages import MENDING, reader

from .forms import ProfileForm
from .levels import levels_of_profiles
from .models import Profile, Pseudonym
from .models.student import FEWEST_SKILLS
from .profiles import change_profile, create_profile, switch_matching

PSEUDONYMS_SHOWN = 5
BACK = {"matches", "profile"}  # pages that carry the switch


def with_profile(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of somebody who has a profile; who has none yet chooses a door first."""

    @login_required
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mine = Profile.objects.visible_to(request.user).select_related("user", "city").first()
        return view(request, mine, *args, **kwargs) if mine else redirect("home")

    return shown


@require_POST
@login_required
def profile_new(request: HttpRequest) -> HttpResponse:
    """Begin a profile; it is matched once its person switches matching on."""
    try:
        create_profile(by=reader(request))
    except StateForbids as refused:
        messages.info(request, str(refused.detail))
    return redirect("profile")


@with_profile
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, mine: Profile) -> HttpResponse:
    """Read and rewrite one's profile; what only rearranges the form saves nothing."""
    if request.method != "POST":
        form = ProfileForm.of(mine)
        if code := request.GET.get("add", "")[:100]:
            form.add(code)
        elif "q" in request.GET:
            form.query = request.GET["q"].strip()
            form.find()
        return _page(request, mine, form)
    form = ProfileForm.typed(mine, request.POST)
    if form.rearranged(request.POST):
        return _page(request, mine, form)
    faults = form.faults()
    try:
        with transaction.atomic():
            changed = change_profile(by=mine.user, profile=mine, data=form.as_written(), partial=True)
            if faults:
                raise InvalidInput(())
    except InvalidInput as wrong:
        form.blame([*faults, *wrong.errors])
        return _page(request, mine, form, status=MENDING)
    if changed.revision == mine.revision:
        messages.info(request, _("Nothing was changed."))
    elif changed.matching:
        messages.success(request, _("Saved. Your matches follow within a minute."))
    else:
        messages.success(request, _("Saved. Matching is off, so no firm finds you."))
    return redirect("profile")


@with_profile
@require_POST
def matching_switch(request: HttpRequest, mine: Profile) -> HttpResponse:
    """Be matched, or be in no list from this moment on."""
    on = "on" in request.POST
    try:
        switch_matching(by=mine.user, profile=mine, on=on)
    except InvalidInput:
        messages.error(request, _("Something in your profile needs mending first."))
        return redirect("profile")
    if on:
        messages.success(request, _("Matching is on."))
    else:
        messages.success(request, _("Matching is off. You are in no list from now on; nothing was deleted."))
    back = request.POST.get("back", "")
    return redirect(back if back in BACK else "profile")


def _page(request: HttpRequest, mine: Profile, form: ProfileForm, status: int = 200) -> HttpResponse:
    confirmed_alone = form.name_skills()
    counting = len(levels_of_profiles([mine.pk])[mine.pk])
    pseudonyms = Pseudonym.objects.filter(profile=mine).select_related("plant", "organisation").order_by("-id")
    context = {
        "profile": mine,
        "form": form,
        "confirmed_alone": confirmed_alone,
        "title": _title(counting),
        "few": counting < FEWEST_SKILLS,
        "fewest": FEWEST_SKILLS,
        "pseudonyms": [(name, _tile(name)) for name in pseudonyms[:PSEUDONYMS_SHOWN]],
        "pseudonym_count": pseudonyms.count(),
    }
    return render(request, "talent/profile.html", context, status=status)


def _tile(name: Pseudonym) -> str:
    return in_active_language(name.plant.short_en, name.plant.name_zh[:1])


def _title(counting: int) -> str:
    """What is the case: how many skills count, or how many are missing before anything can be matched."""
    if counting >= FEWEST_SKILLS:
        return ngettext("%(count)s skill counts", "%(count)s skills count", counting) % {"count": counting}
    missing = FEWEST_SKILLS - counting
    if counting:
        return ngettext(
            "%(count)s more skill, and you can be matched", "%(count)s more skills, and you can be matched", missing
        ) % {"count": missing}
    return ngettext("Name %(count)s skill to be matched", "Name %(count)s skills to be matched", missing) % {
        "count": missing
    }
