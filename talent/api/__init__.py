"""What people, schools, training bases and experts bring, over the API: a module for each kind."""

from . import bases, courses, experts, links, profile, programs

urlpatterns = [
    *bases.urlpatterns,
    *courses.urlpatterns,
    *experts.urlpatterns,
    *links.urlpatterns,
    *profile.urlpatterns,
    *programs.urlpatterns,
]
