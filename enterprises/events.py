"""What happens to demand, announced to whom it concerns (sent inside the transaction)."""

from django.dispatch import Signal

need_published = Signal()  # need
need_changed = Signal()  # need, while published
need_closed = Signal()  # need
