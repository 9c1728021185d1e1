from django.urls import path

from . import facts_views, readiness_views, registration_views, views

urlpatterns = [
    path("organisations/new/", registration_views.organisation_new, name="organisation-new"),
    path("organisations/<uuid:public_id>/", registration_views.organisation, name="organisation"),
    path("organisations/<uuid:public_id>/change/", registration_views.organisation_change, name="organisation-change"),
    path("organisations/<uuid:public_id>/enterprise/", facts_views.enterprise, name="enterprise"),
    path("organisations/<uuid:public_id>/readiness/", readiness_views.readiness, name="readiness"),
    path("organisations/<uuid:public_id>/readiness/new/", readiness_views.readiness_new, name="readiness-new"),
    path("needs/new/", views.need_new, name="need-new"),
    path("needs/<uuid:public_id>/about/", views.need_about, name="need-about"),
    path("needs/<uuid:public_id>/change/", views.need_change, name="need-change"),
    path("needs/<uuid:public_id>/publish/", views.need_publish, name="need-publish"),
    path("needs/<uuid:public_id>/copy/", views.need_copy, name="need-copy"),
    path("needs/<uuid:public_id>/close/", views.need_close, name="need-close"),
]
