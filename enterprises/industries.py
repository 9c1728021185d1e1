"""The industries that an enterprise names itself by: one closed list, chosen for the digital trade of the region."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Industry(models.TextChoices):
    """What a firm makes or does, coarse enough to be chosen at once."""

    ELECTRONICS = "electronics", _("electronics")
    HOME_APPLIANCES = "home-appliances", _("home appliances")
    LIGHTING = "lighting", _("lighting")
    FURNITURE = "furniture", _("furniture")
    TEXTILES = "textiles", _("textiles and clothing")
    FOOD = "food", _("food and drink")
    TOYS = "toys", _("toys and gifts")
    BUILDING = "building", _("ceramics, hardware and building materials")
    MACHINERY = "machinery", _("machinery and equipment")
    VEHICLES = "vehicles", _("vehicles and parts")
    CHEMICALS = "chemicals", _("chemicals and plastics")
    HEALTH = "health", _("medicine and health")
    AGRICULTURE = "agriculture", _("agriculture")
    TRADE = "trade", _("trade and retail")
    ECOMMERCE = "ecommerce", _("e-commerce services")
    LOGISTICS = "logistics", _("logistics and warehousing")
    SOFTWARE = "software", _("software and data services")
    MEDIA = "media", _("design, media and marketing")
    FINANCE = "finance", _("finance and payment")
    EDUCATION = "education", _("education and training")
    TOURISM = "tourism", _("tourism and hospitality")
    OTHER = "other", _("another industry")
