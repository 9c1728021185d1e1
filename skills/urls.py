from django.urls import path

from . import views

urlpatterns = [
    path("skills/", views.skills, name="skills"),
    path("skills/options/", views.skill_options, name="skill-options"),
]
