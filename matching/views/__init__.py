"""Pages where supply and demand meet, one file a reader: the firm, the student, who teaches or advises, the staff."""

from .need import need, need_gap_courses, needs
from .staff import run_start, runs
from .student import match, match_gap_courses, matches
from .supply import course_needs, expert_needs, program_needs

__all__ = [
    "course_needs",
    "expert_needs",
    "match",
    "match_gap_courses",
    "matches",
    "need",
    "need_gap_courses",
    "needs",
    "program_needs",
    "run_start",
    "runs",
]
