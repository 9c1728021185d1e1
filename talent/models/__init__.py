"""Supply: people's profiles, what they claim, and under which names firms see them."""

from .claim import Claim
from .pseudonym import Plant, Pseudonym
from .student import Profile

__all__ = ["Claim", "Plant", "Profile", "Pseudonym"]
