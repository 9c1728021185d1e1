"""What an object is called outside: a random UUID in every address and API answer; the integer key stays inside."""

import uuid

from django.db import models


class PublicId(models.Model):
    """Gives a table its public id."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True
