from django.urls import path

from . import views

urlpatterns = [
    path("needs/", views.needs, name="needs"),
    path("needs/<uuid:public_id>/", views.need, name="need"),
    path("needs/<uuid:public_id>/programs/", views.need, {"candidates": "programs"}, name="need-programs"),
    path("needs/<uuid:public_id>/courses/", views.need, {"candidates": "courses"}, name="need-courses"),
    path("needs/<uuid:public_id>/experts/", views.need, {"candidates": "experts"}, name="need-experts"),
    path("needs/<uuid:public_id>/gap-courses/", views.need_gap_courses, name="need-gap-courses"),
    path("programs/<uuid:public_id>/needs/", views.program_needs, name="program-needs"),
    path("courses/<uuid:public_id>/needs/", views.course_needs, name="course-needs"),
    path("experts/<uuid:public_id>/needs/", views.expert_needs, name="expert-needs"),
    path("matches/", views.matches, name="matches"),
    path("matches/<uuid:public_id>/", views.match, name="match"),
    path("matches/<uuid:public_id>/gap-courses/", views.match_gap_courses, name="match-gap-courses"),
    path("runs/", views.runs, name="runs"),
    path("runs/start/", views.run_start, name="run-start"),
]
