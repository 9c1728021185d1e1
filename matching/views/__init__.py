"""Pages where supply and demand meet, one file a reader: the firm, the student, the platform's staff."""

from .need import need, needs
from .staff import run_start, runs
from .student import match, matches

__all__ = ["match", "matches", "need", "needs", "run_start", "runs"]
