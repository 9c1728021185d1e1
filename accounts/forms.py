"""Forms of people and organisations, and how an input that was refused comes back to its form."""

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext_lazy as _

from .errors import InvalidInput
from .models import User

Path = tuple[str | int, ...]


def errors_by_field(wrong: InvalidInput, field_of: Callable[[Path], str]) -> dict[str, list[str]]:
    """What is wrong with an input, by the name of the form's field that `field_of` finds for its place."""
    errors: dict[str, list[str]] = {}
    for error in wrong.errors:
        errors.setdefault(field_of(error.path), []).append(str(error.detail))
    return errors


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


class TokenForm(forms.Form):
    """The name of a new access token."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=100,
        help_text=_("A name by which you will know it again, such as “HR system”."),
        error_messages={"required": _("Give it a name.")},
    )
