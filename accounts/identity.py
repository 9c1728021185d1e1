"""What an object is called outside: a random UUID in every address and API answer; the integer key stays inside."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicId(models.Model):
    """Gives a table its public id."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True
