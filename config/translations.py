"""Whether every sentence has its Chinese, and whether what is compiled is what is written."""

import gettext
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOCALE = "zh_Hans"
CATALOG = Path("locale") / LOCALE / "LC_MESSAGES"
LEFT_OUT = (".git", ".venv", "var", "node_modules", "tests", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis")

Message = tuple[str, str]  # context and msgid


def collect(root: Path) -> None:
    """Bring the sentences of code and templates into the catalogue of `root`; what is gone is dropped."""
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", LOCALE, "--no-obsolete", "--add-location", "file"]
        + [option for name in LEFT_OUT for option in ("--ignore", name)],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )


def compile_catalog(po: Path, mo: Path) -> None:
    """Compile a catalogue; placeholders that differ between the languages are an error."""
    subprocess.run(["msgfmt", "--check-format", "-o", str(mo), str(po)], check=True, capture_output=True, text=True)


def messages(mo: Path) -> dict[Message | tuple[Message, int], str]:
    """What a compiled catalogue says."""
    with mo.open("rb") as file:
        catalog: dict[Message | tuple[Message, int], str] = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    return {key: text for key, text in catalog.items() if key}


def faults(root: Path) -> Iterator[str]:
    """Each thing that is missing or stale, as a sentence; nothing under `root` is changed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        written, compiled = copy / CATALOG / "django.po", copy / CATALOG / "django.mo"
        if not written.exists() or not compiled.exists():
            yield f"{CATALOG} lacks django.po or django.mo"
            return
        fresh = Path(folder) / "fresh.mo"
        try:
            compile_catalog(written, fresh)
        except subprocess.CalledProcessError as error:
            yield error.stderr.strip()
            return
        if messages(fresh) != messages(compiled):
            yield "django.mo is not compiled from this django.po"
        before = entries(written)
        collect(copy)
        after = entries(written)
        yield from (f"not in the catalogue yet: {text!r}" for text in sorted(after.keys() - before.keys()))
        yield from (f"no longer used: {text!r}" for text in sorted(before.keys() - after.keys()))
        yield from (f"without Chinese: {text!r}" for text, said in sorted(before.items()) if not said)


def entries(po: Path) -> dict[str, bool]:
    """Each msgid (with its context) of a catalogue, and whether it has a finished translation."""
    found: dict[str, bool] = {}
    for block in po.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        fields: dict[str, str] = {}
        field = ""
        for line in lines:
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                field, _, line = line.partition(" ")
            fields[field] = fields.get(field, "") + line.strip()[1:-1]
        if fields.get("msgid"):
            fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
            said = [text for name, text in fields.items() if name.startswith("msgstr")]
            found[fields.get("msgctxt", "") + "|" + fields["msgid"]] = bool(said) and all(said) and not fuzzy
    return found
