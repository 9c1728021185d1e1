"""Fetches what the pages take from npm, and keeps only the parts that they use.

    python tools/vendor.py            fetch, reduce, write static/vendor/, static/icons.svg and the record
    python tools/vendor.py --check    say whether the files are the recorded ones (no network)

A developer runs this after raising a version, or when a template wants one more part of Tabler (add its class to
`CLASSES_IN_USE`) or one more icon (add its name to `ICONS_IN_USE`). The product itself never needs npm: the results are
committed, and `static/vendor/record.json` says for each which package, which version and which checksum it has.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
RECORD = STATIC / "vendor" / "record.json"
COMMAND = "python tools/vendor.py"

# Exact versions, and the checksums under which npm published them.
PACKAGES = {
    "@tabler/core": (
        "1.6.1",
        "MIT",
        "sha512-lgmR9gcxRp5JlLxcmRi9Rz85JrEvH6Bz71KnlcPVSa97wtwQNjgSs3g3fxwbAlulHyRMghhIV04QUuW3pqDsIg==",
    ),
    "@tabler/icons": (
        "3.52.0",
        "MIT",
        "sha512-dldKlJNfO/gZnGLcIY0X2EFFKIMGwL/rEvTqglvBgAPFiwj9pZOCN5V3Sf0Gyjq6foX4VQmLdOmsS4w5FdWKAw==",
    ),
    "htmx.org": (
        "2.0.11",
        "0BSD",
        "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
    ),
}

# Every class of Tabler that our templates may use. A rule of Tabler stays when all classes in its selector are here.
CLASSES_IN_USE = """
btn btn-primary btn-sm icon disabled active card form-control form-control-sm form-select form-select-sm is-invalid
form-check form-check-input form-check-label form-switch visually-hidden visually-hidden-focusable w-100 m-0
"""

# Attributes that our pages never carry: other scripts, other writing directions, Tabler's own theme settings.
FOREIGN_SELECTORS = (
    "[dir=",
    "[data-vc",
    "[data-theme",
    "[data-bs-theme-",
    "[data-bs-layout",
    "body[data-",
    ".btn-check",
)

# Every icon of the sprite, by Tabler's name.
ICONS_IN_USE = """
activity adjustments-horizontal alert-circle alert-triangle api arrow-back-up arrow-left arrow-right ban briefcase
building building-bank calculator calendar check chevron-down chevron-left chevron-right circle-check circle-dashed
circle-x clock cloud-check contrast-2 copy dots download edit external-link eye eye-off file-text filter hand-click
help-circle history home hourglass id info-circle key language layout-dashboard link list-check list-search lock
logout mail map-pin message-2 pencil player-pause plug-connected-x plus printer refresh replace
rosette-discount-check route school search send settings shield-check shield-x sparkles sun target toggle-left trash
upload user user-plus users x
"""

TABLER_CLASSES = frozenset(CLASSES_IN_USE.split())
ICONS = sorted(ICONS_IN_USE.split())

MIT = """The MIT License (MIT)

Copyright 2018-2026 The Tabler Authors
Copyright 2018-2026 codecalm.net Paweł Kuna
Parts: Copyright 2011-2026 The Bootstrap Authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


# Fetching -------------------------------------------------------------------------------------------------------------


def fetch(package: str, folder: Path) -> Path:
    """Downloads one package with npm, checks it against the recorded checksum and returns its unpacked folder."""
    version, _, integrity = PACKAGES[package]
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True, text=True
    )
    archive = folder / packed.stdout.split()[-1]
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != integrity:
        raise SystemExit(f"{package} {version} is not the package we know: {found}")
    target = folder / package.replace("/", "-")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


# Reducing a style sheet -----------------------------------------------------------------------------------------------


def blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """Yields (selector or at-rule, body) for each rule of a sheet; the body of a plain statement is None."""
    start, depth, quote, position = 0, 0, "", 0
    prelude = ""
    while position < len(css):
        sign = css[position]
        if quote:
            if sign == "\\":
                position += 1
            elif sign == quote:
                quote = ""
        elif css.startswith("/*", position):
            end = css.index("*/", position) + 2
            if depth == 0:
                css, position = css[:position] + css[end:], position - 1
            else:
                position = end - 1
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            if depth == 0:
                prelude, start = css[start:position].strip(), position + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield prelude, css[start:position]
                start = position + 1
        elif sign == ";" and depth == 0:
            yield css[start:position].strip(), None
            start = position + 1
        position += 1


def pieces(text: str, separator: str) -> list[str]:
    """Splits at a separator that stands outside of quotes and brackets."""
    found, depth, quote, start = [], 0, "", 0
    for position, sign in enumerate(text):
        if quote:
            if sign == quote and text[position - 1] != "\\":
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == separator and depth == 0:
            found.append(text[start:position])
            start = position + 1
    found.append(text[start:])
    return [piece.strip() for piece in found if piece.strip()]


def wanted(selector: str) -> bool:
    """Says whether a selector can match anything in our templates."""
    if any(foreign in selector for foreign in FOREIGN_SELECTORS):
        return False
    plain = re.sub(r":not\([^()]*(\([^()]*\))?[^()]*\)", "", selector)
    return all(name in TABLER_CLASSES for name in re.findall(r"\.(-?[_a-zA-Z](?:[\w-]|\\.)*)", plain))


def keep_used(css: str) -> str:
    """Drops the rules whose selectors match nothing of ours, and the media queries that are empty then."""
    kept = []
    for prelude, body in blocks(css):
        if body is None or prelude.startswith(("@font-face", "@property")):
            continue
        if prelude.startswith(("@media", "@supports")):
            inner = keep_used(body)
            if inner:
                kept.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            kept.append(f"{prelude}{{{body}}}")
        else:
            selectors = [selector for selector in pieces(prelude, ",") if wanted(selector)]
            if selectors and body.strip():
                kept.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(kept)


def drop_unread(css: str, readers: str) -> str:
    """Drops custom properties that nothing reads and animations that nothing runs, until none is left."""
    while True:
        read = set(re.findall(r"var\(\s*(--[\w-]+)", css + readers))
        text = re.sub(r"@keyframes [\w-]+\{(?:[^{}]*\{[^{}]*\})*\}", "", css) + readers
        running = {name for name in re.findall(r"@keyframes ([\w-]+)", css) if re.search(rf"[:\s,]{name}\b", text)}
        shorter = _without_unread(css, read, running)
        if shorter == css:
            return css
        css = shorter


def _without_unread(css: str, read: set[str], running: set[str]) -> str:
    kept = []
    for prelude, body in blocks(css):
        if body is None:
            continue
        if prelude.startswith("@keyframes"):
            if prelude.split()[-1] in running:
                kept.append(f"{prelude}{{{body}}}")
        elif prelude.startswith("@"):
            inner = _without_unread(body, read, running)
            if inner:
                kept.append(f"{prelude}{{{inner}}}")
        else:
            lines = [line for line in pieces(body, ";") if not line.startswith("--") or line.split(":")[0] in read]
            if lines:
                kept.append(f"{prelude}{{{';'.join(lines)}}}")
    return "".join(kept)


def pictures_to_files(css: str, folder: Path) -> str:
    """Writes pictures that stand in the sheet as data: addresses into files, so that `img-src 'self'` suffices."""

    def write(match: re.Match[str]) -> str:
        picture = urllib.parse.unquote(match.group(2))
        name = f"shape-{hashlib.sha256(picture.encode()).hexdigest()[:8]}.svg"
        (folder / name).write_text(picture.replace('"', "'") + "\n", encoding="utf-8")
        return f'url("{name}")'

    return re.sub(r"""url\((["'])data:image/svg\+xml,(.*?)\1\)""", write, css)


def build_tabler(package: Path, folder: Path) -> None:
    """Writes the reduced Tabler."""
    ours = "".join((STATIC / "css" / name).read_text(encoding="utf-8") for name in ("tokens.css", "product.css"))
    css = (package / "dist" / "css" / "tabler.min.css").read_text(encoding="utf-8")
    css = drop_unread(keep_used(css), ours)
    css = pictures_to_files(css, folder)
    head = f"/* Reduced from @tabler/core {PACKAGES['@tabler/core'][0]} (MIT, see LICENSE) by tools/vendor.py. */\n"
    (folder / "tabler.css").write_text(head + css + "\n", encoding="utf-8")
    (folder / "LICENSE").write_text(MIT, encoding="utf-8")


# Icons ----------------------------------------------------------------------------------------------------------------


def build_icons(package: Path, folder: Path) -> None:
    """Writes one sprite of all icons in use; how they are stroked stands in product.css."""
    symbols = []
    for name in ICONS:
        source = (package / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
        drawing = "".join(
            re.sub(r"\s*/>$", "/>", shape)
            for shape in re.findall(r"<(?:path|circle|rect|line|ellipse)\b[^>]*/>", source)
            if 'stroke="none"' not in shape
        )
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>')
    sheet = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (STATIC / "icons.svg").write_text(sheet, encoding="utf-8")
    (folder / "LICENSE").write_text((package / "LICENSE").read_text(encoding="utf-8"), encoding="utf-8")


# Record ---------------------------------------------------------------------------------------------------------------


def checksum(path: Path) -> str:
    return "sha256-" + hashlib.sha256(path.read_bytes()).hexdigest()


def vendored_files() -> list[Path]:
    return sorted(
        [path for path in (STATIC / "vendor").rglob("*") if path.is_file() and path != RECORD] + [STATIC / "icons.svg"]
    )


def write_record() -> None:
    record = {
        "command": COMMAND,
        "packages": {
            name: {"version": version, "licence": licence, "integrity": integrity}
            for name, (version, licence, integrity) in PACKAGES.items()
        },
        "files": {path.relative_to(STATIC).as_posix(): checksum(path) for path in vendored_files()},
    }
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def differences() -> list[str]:
    """Names every file that is not the recorded one, is missing, or was never recorded."""
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))["files"]
    found = {path.relative_to(STATIC).as_posix(): checksum(path) for path in vendored_files()}
    return sorted(name for name in recorded.keys() | found.keys() if recorded.get(name) != found.get(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare the files with the record, change nothing")
    if parser.parse_args().check:
        wrong = differences()
        print("\n".join(wrong) if wrong else "every vendored file is the recorded one")
        return 1 if wrong else 0
    folders = {name: STATIC / "vendor" / name for name in ("tabler", "icons", "htmx")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    with tempfile.TemporaryDirectory() as room:
        build_tabler(fetch("@tabler/core", Path(room)), folders["tabler"])
        build_icons(fetch("@tabler/icons", Path(room)), folders["icons"])
        htmx = fetch("htmx.org", Path(room))
        for source, name in ((htmx / "dist" / "htmx.min.js", "htmx.min.js"), (htmx / "LICENSE", "LICENSE")):
            (folders["htmx"] / name).write_bytes(source.read_bytes())
    write_record()
    for path in vendored_files():
        print(f"{path.stat().st_size:>8}  {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
