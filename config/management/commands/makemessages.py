from django.core.management.commands import makemessages


class Command(makemessages.Command):
    help = "Django's own command; it also collects what stands in later(…), as gettext_lazy is called beside gettext."
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=later"]
