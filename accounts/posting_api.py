"""The one life of what is posted, over the API: each kind names its functions and shapes, and says it in its words."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Generic, TypeVar

import django_filters
from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from .api import Resource, answers
from .errors import FieldError, InvalidInput
from .inputs import Input, WhyInput, checked
from .models import Organisation, User
from .posting import Life, Posting

P = TypeVar("P", bound=Posting)
R = TypeVar("R", bound=type["PostingResource[Any]"])


# Whose it is ----------------------------------------------------------------------------------------------------------
def organisation_if_named(person: User, data: Any, input: type[Input]) -> Organisation | None:
    """The organisation that the body names, or None; one that is not there is told beside all other faults."""
    given = data.get("organisation") if isinstance(data, Mapping) else None
    if given is None:
        return None
    try:
        key = serializers.UUIDField().run_validation(given) if isinstance(given, str) else None
    except ValidationError:
        key = None
    found = Organisation.objects.visible_to(person).filter(public_id=key).first() if key else None
    if found is None:
        message = _("There is no such organisation, or it is not yours.")
        raise InvalidInput([FieldError(("organisation",), "unknown", message), *_faults_of(input(data=data))])
    return found


def organisation_named(person: User, data: Any, input: type[Input]) -> Organisation:
    """The organisation that something new is for; where there is none, that is told beside all other faults."""
    found = organisation_if_named(person, data, input)
    if found is None:
        # What is not an object at all has no fields to miss.
        missing = [FieldError(("organisation",), "required", _("This is needed."))] if isinstance(data, Mapping) else []
        raise InvalidInput([*missing, *_faults_of(input(data=data))])
    return found


def _faults_of(given: Input) -> tuple[FieldError, ...]:
    try:
        checked(given)
    except InvalidInput as wrong:
        return wrong.errors
    return ()


# Which, and in what order ---------------------------------------------------------------------------------------------
class Mine(django_filters.BooleanFilter):
    """What belongs to the organisations that the reader acts for, or (`false`) what does not."""

    def __init__(self, field_name: str = "organisation") -> None:
        label = "`true`: those of the organisations that I act for; `false`: the others; left out: all"
        super().__init__(field_name=field_name, label=label)

    def filter(self, qs: QuerySet[Any], value: bool | None) -> QuerySet[Any]:
        if value is None:
            return qs
        mine = Organisation.objects.of_member(self.parent.request.user).values("id")
        return (qs.filter if value else qs.exclude)(**{f"{self.field_name}__in": mine})


class PostingFilter(django_filters.FilterSet):
    """Which postings a list shows; a kind adds its own questions."""

    status = django_filters.ChoiceFilter(choices=Posting.Status.choices)
    organisation = django_filters.UUIDFilter(field_name="organisation__public_id", label="an organisation's id")


class PostingOrdering(OrderingFilter):
    """The order of a list; the public id settles what is equal."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        *names, last = (f"`{name}`" for name in view.ordering_fields)
        self.ordering_description = f"{', '.join(names)} or {last}; with `-` before it the other way round"
        return super().get_schema_operation_parameters(view)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> list[str]:
        asked = [name for name in request.query_params.get(self.ordering_param, "").split(",") if name]
        known = {name for name, _label in self.get_valid_fields(queryset, view)}
        if wrong := [name for name in asked if name.removeprefix("-") not in known]:
            detail = _("“%(name)s” is not one of the choices.") % {"name": wrong[0][:60]}
            raise ValidationError({self.ordering_param: [ErrorDetail(detail, "invalid_choice")]})
        return [*(asked or ["-created_at"]), "public_id"]


# The resource ---------------------------------------------------------------------------------------------------------
class PostingResource(Resource, Generic[P]):
    """Written as a draft, published, changed, closed, copied: the base of a resource of postings.

    `get_queryset` gives what the person may see, with all that `read` looks at. `described` writes the schema.
    """

    filter_backends = [DjangoFilterBackend, PostingOrdering]
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at", "changed_at", "title")

    life: ClassVar[Life[Any]]
    takes: ClassVar[type[Input]]  # the posting as it is written

    def read(self, posting: P) -> Any:
        """The posting in the shape that is answered."""
        raise NotImplementedError

    def posting(self, id: str) -> P:
        found: P = self.one(self.get_queryset(), public_id=id)
        return found

    def as_it_is(self, posting: P, **how: Any) -> Response:
        """The posting as it stands now."""
        return Response(self.read(self.get_queryset().get(pk=posting.pk)), **how)

    def made(self, posting: P) -> Response:
        """The same, of one that is new."""
        place = reverse(f"api-{self.life.name}", [posting.public_id], request=self.request)
        return self.as_it_is(posting, status=201, headers={"Location": place})

    def list(self, request: Request) -> Response:
        return self.paged(self.filter_queryset(self.get_queryset()), self.read)

    def create(self, request: Request) -> Response:
        organisation = organisation_named(self.person, request.data, self.takes)
        return self.made(self.life.create(by=self.person, organisation=organisation, data=request.data))

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(self.read(self.posting(id)))

    def update(self, request: Request, id: str, *, partial: bool = False) -> Response:
        posting = self.life.named(self.posting(id))
        return self.as_it_is(self.life.change(by=self.person, data=request.data, partial=partial, **posting))

    def partial_update(self, request: Request, id: str) -> Response:
        return self.update(request, id, partial=True)

    def publish(self, request: Request, id: str) -> Response:
        return self.as_it_is(self.life.publish(by=self.person, **self.life.named(self.posting(id))))

    def close(self, request: Request, id: str) -> Response:
        posting = self.life.named(self.posting(id))
        why = checked(WhyInput(data=request.data))["why"]
        return self.as_it_is(self.life.close(by=self.person, why=why, **posting))

    def copy(self, request: Request, id: str) -> Response:
        return self.made(self.life.copy(by=self.person, **self.life.named(self.posting(id))))

    def put_by_key(self, request: Request, id: str, external_id: str) -> Response:
        organisation = self.one(Organisation.objects.visible_to(self.person), public_id=id)
        posting, new = self.life.put(
            by=self.person, organisation=organisation, external_id=external_id, data=request.data
        )
        return self.made(posting) if new else self.as_it_is(posting)


def described(
    *,
    one: str,
    answer: Any,
    new: type[Input],
    examples: tuple[OpenApiExample, OpenApiExample, OpenApiExample],
    says: dict[str, str],
    but: dict[str, dict[str, Any]] | None = None,
) -> Callable[[R], R]:
    """Write the schema of one kind's resource: what all kinds have alike is here, `says` is the kind's own words.

    `one` names it with its article; `examples` are one as it is written, a new one, and a reason for closing;
    `but` is what differs, by method, in the words of `extend_schema`.
    """

    def with_schema(view: R) -> R:
        many, written = f"{view.life.name}s", view.takes(data={})
        reader = () if IsAuthenticatedOrReadOnly in view.permission_classes else (401,)
        an_example, a_new_example, a_reason = ([example] for example in examples)
        changed = answers(answer, 401, 403, 404, 409, 422)
        plain: dict[str, dict[str, Any]] = {
            "list": {"summary": many.capitalize(), "responses": answers(answer, *reader, 422)},
            "create": {
                "summary": f"Write {one}",
                "request": new(data={}),
                "examples": a_new_example,
                "responses": answers(answer, 401, 403, 409, 422, status=201),
            },
            "retrieve": {"summary": one[0].upper() + one[1:], "responses": answers(answer, *reader, 404)},
            "update": {
                "summary": f"Rewrite {one}",
                "request": written,
                "examples": an_example,
                "responses": changed,
            },
            "partial_update": {
                "summary": f"Change {one}",
                "request": written,
                "examples": an_example,
                "responses": changed,
            },
            "publish": {
                "operation_id": f"{many}_publish",
                "summary": f"Publish {one}",
                "request": None,
                "responses": changed,
            },
            "close": {
                "operation_id": f"{many}_close",
                "summary": f"Close {one}",
                "request": {"application/json": WhyInput},
                "examples": a_reason,
                "responses": changed,
            },
            "copy": {
                "operation_id": f"{many}_copy",
                "summary": f"Copy {one}",
                "request": None,
                "responses": answers(answer, 401, 403, 404, status=201),
            },
            "put_by_key": {
                "operation_id": f"{many}_put_by_key",
                "summary": f"Make or rewrite {one} by your own key",
                "request": written,
                "examples": an_example,
                "responses": changed | answers(answer, status=201),
                "tags": [many],
            },
        }
        for name, how in plain.items():
            described_so = how | {"description": says[name]} | (but or {}).get(name, {})
            setattr(view, name, extend_schema(**described_so)(_own(getattr(view, name))))
        return view

    return with_schema


def _own(method: Callable[..., Response]) -> Callable[..., Response]:
    """A method of the base as a kind's own: what the schema says of it stays with the kind."""

    @wraps(method)
    def own(self: Any, *args: Any, **kwargs: Any) -> Response:
        return method(self, *args, **kwargs)

    return own


def addresses(view: type[PostingResource[Any]]) -> list[URLPattern]:
    """The addresses that every kind has, named `api-KINDs`, `api-KIND`, `api-KIND-publish` and so on."""
    kind, many = view.life.name, f"{view.life.name}s"
    one: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update"}
    acts = [
        path(f"{many}/<uuid:id>/{act}/", view.as_view({"post": act}), name=f"api-{kind}-{act}")
        for act in ("publish", "close", "copy")
    ]
    return [
        path(f"{many}/", view.as_view({"get": "list", "post": "create"}), name=f"api-{many}"),
        path(f"{many}/<uuid:id>/", view.as_view(one), name=f"api-{kind}"),
        *acts,
        path(
            f"organisations/<uuid:id>/{many}/<str:external_id>/",
            view.as_view({"put": "put_by_key"}),
            name=f"api-{kind}-by-key",
        ),
    ]
