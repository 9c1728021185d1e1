"""Enterprises and their needs over the API."""

from . import needs, organisations

urlpatterns = [*organisations.urlpatterns, *needs.urlpatterns]
