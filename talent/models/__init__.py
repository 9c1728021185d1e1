"""Supply: people, programs, courses and experts, what they claim, and under which names firms see people."""

from .claim import HOLDERS, Claim
from .course import Course, CourseRun, EntryLevel
from .expert import Expert
from .program import Intake, Program, ProgramCourse
from .pseudonym import Plant, Pseudonym
from .student import Profile
from .student_link import StudentLink
from .training_base import TrainingBase

__all__ = [
    "HOLDERS",
    "Claim",
    "Course",
    "CourseRun",
    "EntryLevel",
    "Expert",
    "Intake",
    "Plant",
    "Profile",
    "Program",
    "ProgramCourse",
    "Pseudonym",
    "StudentLink",
    "TrainingBase",
]
