"""What can go wrong before or while starting, said in one sentence."""


class PlainError(Exception):
    """Something the person at the keyboard can put right; its text is all that they are shown."""


class StoppedError(Exception):
    """Someone asked to end (Ctrl-C, SIGTERM, SIGHUP) while a step was under way."""
