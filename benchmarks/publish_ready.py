"""How long is it from publishing a need to its ready list? On the demo, with real workers, over the API."""

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

TIMES = 20
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory() as var:
        given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        log = Path(var) / "start.log"
        with log.open("w") as out:
            site = subprocess.Popen(
                [sys.executable, "-u", "run.py"],
                cwd=ROOT,
                env=given | {"VAR_DIR": var, "DEMO": "1", "PORT": "8950"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            seconds = _measure(log)
        finally:
            site.send_signal(signal.SIGTERM)
            site.wait(30)
    seconds.sort()
    print(f"publish to ready, {TIMES} needs on the demo, polled every 20 ms")
    p95 = seconds[int(0.95 * TIMES) - 1]
    print(f"  median {statistics.median(seconds):.2f} s   p95 {p95:.2f} s   worst {seconds[-1]:.2f} s")


def _measure(log: Path) -> list[float]:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        printed = log.read_text()
        login = re.search(r"^\W*firm\W+(\S+@\S+)\s+(\S+)\s*$", printed, re.M)
        address = re.search(r"http://[\d.]+:\d+", printed)
        if login and address:
            break
        time.sleep(0.2)
    else:
        raise SystemExit(f"the site did not start: {log.read_text()[-500:]}")
    base = address.group(0) + "/api/v1"
    _code, got = _call(base + "/tokens/", {"email": login.group(1), "password": login.group(2), "name": "bench"})
    token = got["token"]
    _code, got = _call(base + "/organisations/?mine=true", token=token)
    firm = got["results"][0]["id"]
    _code, got = _call(base + "/skills/?page_size=6", token=token)
    skills = [{"skill": row["code"], "min_level": 3} for row in got["results"]]
    need = {
        "organisation": firm,
        "title": "Measured",
        "language": "en",
        "kind": "job",
        "remote": True,
        "skills": skills,
    }
    taken = []
    for _ in range(TIMES):
        _code, made = _call(base + "/needs/", need, token)
        _call(f"{base}/needs/{made['id']}/publish/", {}, token)
        began = time.monotonic()
        while _call(f"{base}/needs/{made['id']}/matches/?page_size=1", token=token)[1]["state"] != "ready":
            time.sleep(0.02)
        taken.append(time.monotonic() - began)
    return taken


def _call(url: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return answer.status, json.loads(answer.read() or b"null")


if __name__ == "__main__":
    main()
