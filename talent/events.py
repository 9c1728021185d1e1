"""What happens to supply, announced to whom it concerns (sent inside the transaction)."""

from django.dispatch import Signal

profile_changed = Signal()  # profile
