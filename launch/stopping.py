"""Notices that someone asked to end."""

import signal
import time
from types import FrameType

from launch.trouble import StoppedError


class Stop:
    """Remembers Ctrl-C, SIGTERM and SIGHUP, so that whatever is under way can look and end in order."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.asked = 0

    def listen(self) -> None:
        """Take the signals over from now on."""
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        # Whoever started this under nohup wants it to outlive the terminal.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._note)

    def let_go(self) -> None:
        """Give the signals back, for a program that takes the place of this one."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == self._note:
                signal.signal(number, signal.SIG_DFL)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = self.signal or number
        self.asked += 1

    def check(self) -> None:
        """Leave the step under way if someone asked to end."""
        if self.signal is not None:
            raise StoppedError

    def pause(self, seconds: float) -> None:
        """Wait, but not past a request to end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.check()
            time.sleep(min(0.1, max(0.0, until - time.monotonic())))
        self.check()

    @property
    def exit_code(self) -> int:
        """130 after Ctrl-C, as shells expect; a request by signal was simply obeyed."""
        return 130 if self.signal == signal.SIGINT else 0
