"""Addresses of a person's profile."""

from django.urls import path

from . import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/new/", views.profile_new, name="profile-new"),
    path("profile/matching/", views.matching_switch, name="matching-switch"),
]
