"""What happens to supply, announced to whom it concerns (sent inside the transaction)."""

from django.dispatch import Signal

profile_changed = Signal()  # profile
program_moved = Signal()  # program: published, changed while published, or closed
course_moved = Signal()  # course
expert_moved = Signal()  # expert
