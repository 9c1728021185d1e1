"""Forms of people and organisations, and how an input that was refused comes back to its form."""

from collections.abc import Callable, Iterable

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .errors import FieldError, InvalidInput
from .letters import keep_language
from .models import User

Path = tuple[str | int, ...]


def errors_by_field(wrong: InvalidInput, field_of: Callable[[Path], str]) -> dict[str, list[str]]:
    """What is wrong with an input, by the name of the form's field that `field_of` finds for its place."""
    return faults_by_field(wrong.errors, field_of)


def faults_by_field(
    faults: Iterable[FieldError], field_of: Callable[[Path], str], order: Iterable[str] = ()
) -> dict[str, list[str]]:
    """The same of faults, in the order in which the page has its fields."""
    blamed: dict[str, list[str]] = {}
    for fault in faults:
        said = blamed.setdefault(field_of(fault.path), [])
        if str(fault.detail) not in said:
            said.append(str(fault.detail))
    places = {name: place for place, name in enumerate(order)}
    return dict(sorted(blamed.items(), key=lambda item: places.get(item[0], 0)))


class SignupForm(forms.Form):
    """What a new person says beside email and password (allauth adds those)."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        help_text=_("No firm sees it before you say so."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1", "password2"]

    def signup(self, request: object, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        keep_language(user, get_language() or "")


class TokenForm(forms.Form):
    """The name of a new access token."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=100,
        help_text=_("A name by which you will know it again, such as “HR system”."),
        error_messages={"required": _("Give it a name.")},
    )
