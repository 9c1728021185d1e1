"""Pages where supply and demand meet, one file a reader: the firm, the student, who teaches or advises, the staff."""

from .need import need, needs
from .staff import run_start, runs
from .student import match, matches
from .supply import course_needs, expert_needs, program_needs

__all__ = ["course_needs", "expert_needs", "match", "matches", "need", "needs", "program_needs", "run_start", "runs"]
