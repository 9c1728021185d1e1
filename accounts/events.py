"""What happens in this room, announced to whom it concerns (sent inside the transaction)."""

from django.dispatch import Signal

organisation_standing_changed = Signal()  # organisation
