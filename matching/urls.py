from django.urls import path

from . import views

urlpatterns = [
    path("needs/", views.needs, name="needs"),
    path("needs/<uuid:public_id>/", views.need, name="need"),
    path("matches/", views.matches, name="matches"),
    path("matches/<uuid:public_id>/", views.match, name="match"),
    path("runs/", views.runs, name="runs"),
    path("runs/start/", views.run_start, name="run-start"),
]
