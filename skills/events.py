"""What happens to the vocabulary, announced to whom it concerns (sent inside the transaction)."""

from django.dispatch import Signal

near_skills_changed = Signal()  # by: User or None; what was matched before was matched with other near skills
near_fit_wanted = Signal()  # by: User or None; somebody asks for a new fit, which takes longer than a page may
