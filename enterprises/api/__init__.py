"""Enterprises and their needs over the API."""

from . import facts, needs, organisations, readiness

urlpatterns = [*organisations.urlpatterns, *facts.urlpatterns, *readiness.urlpatterns, *needs.urlpatterns]
