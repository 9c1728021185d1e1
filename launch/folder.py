"""Where things lie in the project's folder, and who may use it."""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from launch.screen import say
from launch.stopping import Stop
from launch.trouble import PlainError


@dataclass(frozen=True)
class Folder:
    """The project's folder: the code, `.venv` with the packages, `var` with everything that is made at run time."""

    root: Path
    venv: Path
    var: Path

    @classmethod
    def of(cls, root: Path, environment: Mapping[str, str]) -> Self:
        """The usual places; VAR_DIR moves `var`, for a second instance beside the first or another disk."""
        return cls(root, root / ".venv", Path(environment.get("VAR_DIR") or root / "var").absolute())

    @property
    def python(self) -> str:
        """The interpreter that sees the project's packages."""
        return str(self.venv / "bin" / "python")

    @property
    def run(self) -> Path:
        """Process ids, locks and the broker's configuration: what has a meaning only while something runs."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    def shown(self, place: Path) -> str:
        """A place as people write it who stand in the folder."""
        return str(place.relative_to(self.root) if place.is_relative_to(self.root) else place)

    def make(self) -> None:
        """Make `var` and what is in it, or say why this folder cannot be used."""
        for place in (self.var, self.run, self.log):
            probe = place / f".probe-{os.getpid()}"
            try:
                # Kept from other users of the machine: the database, the secret key and the demo passwords lie here.
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                probe.touch()
                probe.unlink()
            except OSError as error:
                raise PlainError(
                    f"{place} cannot be written ({error.strerror}): "
                    "start this in a folder of your own, on a disk that is not read-only."
                ) from error

    def keep_secret_key(self) -> None:
        """Make the secret key at the first start, readable by its owner only."""
        place = self.var / "secret_key"
        if place.exists() and place.stat().st_size:
            return
        draft = place.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
        draft.replace(place)

    @contextlib.contextmanager
    def locked(self, name: str, *, wait: Stop | None = None, waiting: str = "") -> Iterator[None]:
        """Hold one of the folder's locks; the system lets go of it with this process, however that ends."""
        with open(self.run / f"{name}.lock", "a+", encoding="utf-8") as file:
            told = False
            while not _take(file.fileno()):
                if wait is None:
                    file.seek(0)
                    raise PlainError(f"This folder is running already: {file.read().strip() or 'its lock is held'}.")
                if not told:
                    say(waiting)
                    told = True
                wait.check()
                time.sleep(0.2)
            file.truncate(0)
            try:
                yield
            finally:
                file.truncate(0)

    def note_in_lock(self, name: str, text: str) -> None:
        """Leave a word for whoever finds the lock taken."""
        (self.run / f"{name}.lock").write_text(text, encoding="utf-8")


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Some network disks have no locks; two starts at once are rarer than such disks.
        return True
    return True
