"""Addresses of a person's account."""

from django.urls import path

from . import member_views, views

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/<uuid:public_id>/members/", member_views.members, name="members"),
    path("organisations/<uuid:public_id>/members/<uuid:member_id>/", member_views.member, name="member"),
    path("organisations/<uuid:public_id>/leave/", member_views.organisation_leave, name="organisation-leave"),
    path(
        "organisations/<uuid:public_id>/invitations/<uuid:invitation_id>/revoke/",
        member_views.invitation_revoke,
        name="invitation-revoke",
    ),
    path("invitations/<slug:key>/", member_views.invitation, name="invitation"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:public_id>/revoke/", views.token_revoke, name="token-revoke"),
    path("language/setlang/", views.set_language, name="set_language"),
    path("mail/", views.mail, name="mail"),
]
