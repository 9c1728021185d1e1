"""What an enterprise says of itself, over the API: read by those who see it, changed by its owner."""

from typing import Annotated, Any, TypedDict

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import OR_EMPTY, OrganisationSmall, Resource, answers, example, organisation_small
from accounts.models import Organisation
from enterprises.facts import FactsInput, change_facts, facts_of
from enterprises.industries import Industry
from enterprises.markets import Market
from enterprises.models import Enterprise

from .organisations import FACTS, ORGANISATION

STATED = {name: value for name, value in FACTS.items() if name != "credit_code"}


@example({"organisation": ORGANISATION} | STATED)
class EnterpriseFactsRead(TypedDict):
    """What an enterprise says of itself beside its registration."""

    organisation: OrganisationSmall
    industry: Annotated[str, Industry, OR_EMPTY]
    size: Annotated[str, Enterprise.Size, OR_EMPTY]
    pilot_zone: Annotated[bool, "whether it is in a cross-border e-commerce pilot zone"]
    target_markets: list[Annotated[str, Market]]


def facts_read(facts: Enterprise) -> EnterpriseFactsRead:
    return {
        "organisation": organisation_small(facts.organisation),
        "industry": facts.industry,
        "size": facts.size,
        "pilot_zone": facts.pilot_zone,
        "target_markets": facts.target_markets,
    }


SOME_FACTS = [OpenApiExample("An enterprise", value=STATED, request_only=True)]


class FactsResource(Resource):
    """Industry, size, pilot zone and target markets of an enterprise."""

    def enterprise(self, id: str) -> Organisation:
        """The enterprise; other kinds of body have no such part."""
        seen = Organisation.objects.visible_to(self.person).filter(kind=Organisation.Kind.ENTERPRISE)
        found: Organisation = self.one(seen, public_id=id)
        return found

    @extend_schema(
        operation_id="enterprise_facts",
        summary="What an enterprise is",
        responses=answers(EnterpriseFactsRead, 401, 404),
    )
    def retrieve(self, request: Request, id: str) -> Response:
        """What it says of itself; what it has not said is empty."""
        return Response(facts_read(facts_of(self.enterprise(id))))

    @extend_schema(
        operation_id="enterprise_facts_put",
        summary="Rewrite what an enterprise is",
        request=FactsInput,
        examples=SOME_FACTS,
        responses=answers(EnterpriseFactsRead, 401, 403, 404, 422),
    )
    def update(self, request: Request, id: str) -> Response:
        """All fields anew, by an owner; the same call again changes nothing."""
        return self._changed(id, partial=False)

    @extend_schema(
        operation_id="enterprise_facts_patch",
        summary="Change what an enterprise is",
        request=FactsInput,
        examples=SOME_FACTS,
        responses=answers(EnterpriseFactsRead, 401, 403, 404, 422),
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """The fields given, by an owner; `target_markets` replaces them all."""
        return self._changed(id, partial=True)

    def _changed(self, id: str, *, partial: bool) -> Response:
        organisation, data = self.enterprise(id), self.request.data
        return Response(facts_read(change_facts(by=self.person, organisation=organisation, data=data, partial=partial)))


ONE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update"}

urlpatterns = [
    path("organisations/<uuid:id>/enterprise/", FactsResource.as_view(ONE), name="api-enterprise"),
]
