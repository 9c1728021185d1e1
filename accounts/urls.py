"""Addresses of a person's account."""

from django.urls import path

from . import views

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:public_id>/revoke/", views.token_revoke, name="token-revoke"),
    path("mail/", views.mail, name="mail"),
]
