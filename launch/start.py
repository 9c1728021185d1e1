"""The word without a name: set up, start everything, say where the page is, stay until asked to end."""

import contextlib
import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from launch import addresses, valkey
from launch.folder import Folder
from launch.packages import Packages, check_bundled_broker
from launch.processes import end_leftovers, run_step
from launch.screen import say
from launch.stopping import Stop
from launch.supervisor import Part, Supervisor
from launch.trouble import PlainError

DEFAULT_PORT = "8000"
FIRST_PAGE_WITHIN = 120.0
TRIES_BEFORE_FIRST_PAGE = 3
DATABASE_TROUBLE = 4


def environment(given: Mapping[str, str], folder: Folder) -> dict[str, str]:
    """The environment of everything that runs from `.venv`."""
    env = {name: value for name, value in given.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}
    env |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "VIRTUAL_ENV": str(folder.venv),
        "VAR_DIR": str(folder.var),
        "PATH": f"{folder.venv / 'bin'}{os.pathsep}{given.get('PATH', os.defpath)}",
    }
    # An empty value is how many a shell says "not set".
    return {name: value for name, value in env.items() if value or name not in ("DATABASE_URL", "REDIS_URL")}


def wants_demo(env: Mapping[str, str]) -> bool:
    """The demo is for the embedded database; elsewhere someone has to ask for it."""
    return env.get("DEMO", "0" if "DATABASE_URL" in env else "1") not in ("0", "false", "no", "")


def seen_from_here_only(env: Mapping[str, str], host: str) -> bool:
    """Whether nobody but this machine's own people can open the site, so that they may read its mails on a page.

    A public name means a proxy in front of it, even where the server itself listens on loopback.
    """
    if env.get("LOOPBACK") == "0":
        return False
    names = [host, *env.get("ALLOWED_HOSTS", "").split(",")]
    if env.get("SITE_URL"):
        names.append(urlsplit(env["SITE_URL"]).hostname or "unknown")
    return all(addresses.is_loopback(name.strip().strip("[]")) for name in names if name.strip())


def parts(folder: Folder, host: str, port: int) -> list[Part]:
    """What runs beside the broker: the web server, a worker for each queue, the scheduler."""
    listen = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [folder.python, "-m", "gunicorn", "config.wsgi", "--bind", listen, "--worker-class", "gthread"]
    web += ["--workers", "2", "--threads", "4", "--preload", "--graceful-timeout", "3", "--no-control-socket"]
    # Django's checks would import every page of the site; `run.py check` has them.
    celery = [folder.python, "-m", "celery", "--quiet", "--skip-checks", "-A", "config"]
    worker = [*celery, "worker", "--pool", "solo", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        # Its own workers end with it only if it is asked in a friendly way.
        Part("web", web, last_wish=signal.SIGTERM),
        Part("worker-now", [*worker, "--queues", "now", "--hostname", "now@%h"]),
        Part("worker-bulk", [*worker, "--queues", "bulk", "--hostname", "bulk@%h"]),
        # The plain scheduler keeps its plan in memory, so it leaves no file behind.
        Part("scheduler", [*celery, "beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING"]),
    ]


def set_up(folder: Folder, env: Mapping[str, str], stop: Stop, *, developing: bool = False) -> None:
    """What every word needs: the packages in `.venv`, and the secret key."""
    bundled = "REDIS_URL" not in env
    if bundled:
        check_bundled_broker()
    Packages(folder).install(stop, broker=bundled, developing=developing)
    folder.keep_secret_key()


def start(folder: Folder, stop: Stop) -> int:
    """Set up and start everything, and stay until asked to end."""
    env = environment(os.environ, folder)
    check_addresses(env)
    with alone(folder):
        set_up(folder, env, stop)
        serve(folder, env, stop)
    say("Stopped.")
    return stop.exit_code


def check_addresses(env: Mapping[str, str]) -> None:
    """Say what is wrong with an address before anything is installed or started."""
    addresses.wanted_port(env.get("PORT") or DEFAULT_PORT)
    if "DATABASE_URL" in env:
        addresses.check_database_url(env["DATABASE_URL"])
    if "REDIS_URL" in env:
        addresses.check_redis_url(env["REDIS_URL"])


@contextlib.contextmanager
def alone(folder: Folder) -> Iterator[None]:
    """Be the only start in this folder, after what a killed one left running has ended."""
    with folder.locked("start"):
        folder.note_in_lock("start", f"process {os.getpid()} is on its way")
        if found := end_leftovers(folder):
            say(f"Ended what an earlier start had left running: {', '.join(found)}.")
        yield


def serve(folder: Folder, env: dict[str, str], stop: Stop) -> None:
    """Start everything, say where the page is, keep it alive until asked to end, then end it."""
    host = env.get("HOST") or "127.0.0.1"
    wanted = addresses.wanted_port(env.get("PORT") or DEFAULT_PORT)
    port = addresses.free_port(host, wanted)
    if port != wanted:
        say(f"Port {wanted} is taken; using {port}.")
    url = addresses.url_of(host, port)
    env |= {"HOST": host, "PORT": str(port), "DEMO": "1" if wants_demo(env) else "0"}
    env |= {"SITE_URL": env.get("SITE_URL") or url, "LOOPBACK": "1" if seen_from_here_only(env, host) else "0"}
    # The database, its log and the mails are nobody else's on this machine.
    os.umask(0o077)
    supervisor = Supervisor(folder, env)  # it reads the broker's address from `env` too, once that is known
    try:
        if "REDIS_URL" not in env:
            env["REDIS_URL"] = valkey.start(folder, supervisor, stop)
        prepare(folder, env, stop)
        for part in parts(folder, host, port):
            supervisor.add(part)
        wait_for_page(supervisor, stop, host, port)
        folder.note_in_lock("start", f"process {os.getpid()} serves {url}")
        greet(folder, env, url)
        while stop.signal is None:
            supervisor.look()
            time.sleep(0.1)
    finally:
        if stop.signal is not None:
            say("Stopping ...")
        supervisor.end(hurry=lambda: stop.asked > 1)


def prepare(folder: Folder, env: Mapping[str, str], stop: Stop) -> None:
    """Bring the database and the static files up to date, in one process since each costs a second to start."""
    stamp, collected = static_files(folder), folder.var / "static-collected"
    there = (folder.var / "static").is_dir() and collected.exists()
    unchanged = there and collected.read_text(encoding="ascii") == stamp
    command = [folder.python, "manage.py", "prepare", *(["--no-static"] if unchanged else [])]
    code = run_step(command, folder=folder, name="prepare", env=env, stop=stop)
    if code == DATABASE_TROUBLE:
        raise PlainError("")
    if not code:
        collected.write_text(stamp, encoding="ascii")
    else:
        raise PlainError(f"The database could not be prepared (manage.py prepare ended with exit code {code}).")


def static_files(folder: Folder) -> str:
    """A short name for the state of the static files: those of the project, and those in the packages."""
    found = sorted(path for place in ("static", "*/static") for path in folder.root.glob(f"{place}/**/*"))
    lines = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in found if path.is_file()]
    installed = folder.venv / "installed"
    lines.append(installed.read_text(encoding="ascii") if installed.exists() else "")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def wait_for_page(supervisor: Supervisor, stop: Stop, host: str, port: int) -> None:
    """Wait for the first answer; give up on a web server that dies again and again before it."""
    web = next(part for part in supervisor.parts if part.name == "web")
    until = time.monotonic() + FIRST_PAGE_WITHIN

    def meanwhile() -> None:
        stop.check()
        supervisor.look()

    def words() -> str:
        return f" The web server's last words:\n{supervisor.last_words(web)}"

    while True:
        meanwhile()
        status = addresses.page_status(host, port, meanwhile)
        if status is not None and status < 500:
            return
        if status is not None:
            raise PlainError(f"The first page answers with error {status}.{words()}")
        if web.failures >= TRIES_BEFORE_FIRST_PAGE:
            raise PlainError("The web server does not start.")
        if time.monotonic() > until:
            raise PlainError(f"No page after {FIRST_PAGE_WITHIN:.0f} s.{words()}")
        stop.pause(0.1)


def greet(folder: Folder, env: Mapping[str, str], url: str) -> None:
    """Say where the page is, how to sign in to the demo, and how to stop."""
    say(f"\nReady: {url}\n")
    logins = demo_logins(folder) if env["DEMO"] == "1" else []
    if logins:
        say("Demo logins (role, email, password):")
        for login in logins:
            say(f"  {login['role']:<8} {login['email']:<32} {login['password']}")
        say()
    say(f"Logs are in {folder.shown(folder.log)}. Ctrl-C stops everything.")


def demo_logins(folder: Folder) -> list[dict[str, str]]:
    """The logins that the loading of the demo left in `var`."""
    try:
        found = json.loads((folder.var / "demo_logins.json").read_text(encoding="utf-8"))
        return [{key: str(login[key]) for key in ("role", "email", "password")} for login in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []
