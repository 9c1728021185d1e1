"""What no browser would complain about: a strict policy, one place for colours, nothing used that is not there."""

import gzip
import re
from pathlib import Path

import pytest

from matching.templatetags.components import NOTICE_ICONS, STATES
from tools import vendor

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
PRODUCT = (STATIC / "css" / "product.css").read_text(encoding="utf-8")
TABLER = (STATIC / "vendor" / "tabler" / "tabler.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
IN_OUR_LOOK = [path for path in TEMPLATES if "admin" not in path.parts]  # Django's admin brings its own sheet
NAMED_COLOUR = r"(?<![\w-])(?:white|black|red|green|blue|gr[ae]y)(?![\w-])"
A_COLOUR = rf"#[0-9a-fA-F]{{3,8}}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(|{NAMED_COLOUR}"


def without_comments(css):
    return re.sub(r"/\*.*?\*/", "", css, flags=re.S)


def named(paths):
    return {"argvalues": paths, "ids": [path.relative_to(ROOT).as_posix() for path in paths]}


# The policy: styles and scripts come from our own files only ---------------------------------------------------------


@pytest.mark.parametrize("path", **named([*TEMPLATES, *sorted(STATIC.rglob("*.svg"))]))
def test_a_page_has_no_inline_style_no_inline_script_and_no_handler(path):
    page = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style\b", page)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert not re.search(r"\s(?:on[a-z]+|hx-on[\w:-]*)\s*=|javascript:", page)


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_a_page_loads_nothing_from_elsewhere(path):
    page = path.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//[^"']*\.(?:css|js|svg|png|woff2?)""", page)


def test_style_sheets_load_nothing_from_elsewhere():
    for sheet in (TOKENS, PRODUCT, TABLER):
        assert not re.findall(r"url\(\s*[\"']?(?:https?:|//|data:)|@import", sheet)


# Colours: written down once -----------------------------------------------------------------------------------------


def test_colours_stand_in_the_tokens_only():
    assert re.findall(A_COLOUR, without_comments(PRODUCT)) == []


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_a_template_names_no_colour(path):
    page = path.read_text(encoding="utf-8")
    assert not re.findall(rf"""(?:fill|stroke|color|stop-color)=["'](?:{A_COLOUR})""", page)


def test_the_mark_of_the_browser_tab_has_the_colours_of_the_tokens():
    used = set(re.findall(r'fill="(#\w+)"', (STATIC / "mark.svg").read_text(encoding="utf-8")))
    assert used
    assert used <= set(re.findall(r"#[0-9a-f]{6}", TOKENS))


def test_browsers_without_light_dark_get_the_same_light_values():
    plain = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", without_comments(TOKENS).split("@supports")[0]))
    paired = re.search(
        r"@supports \(color: light-dark\(#000, #fff\)\) \{ :root \{(.*?)\n\} \}", without_comments(TOKENS), re.S
    )[1]
    pairs = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", paired))
    light = {
        name: re.sub(r"light-dark\(((?:[^(),]|\([^()]*\))*),(?:[^()]|\([^()]*\))*\)", r"\1", value)
        for name, value in pairs.items()
    }
    assert light
    assert {name: plain.get(name) for name in light} == light


def test_every_token_that_a_rule_reads_exists():
    read = set(re.findall(r"var\((--[\w-]+)", PRODUCT + TOKENS))
    known = set(re.findall(r"(--[\w-]+)\s*:", TOKENS + PRODUCT + TABLER))
    assert read - known == set()


# Nothing that is used is missing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", **named(IN_OUR_LOOK))
def test_every_class_of_a_page_is_styled_somewhere(path):
    page = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"))
    page = re.sub(r"\{\{.*?\}\}", "\0", re.sub(r"\{%.*?%\}", " ", page))
    used = {name for names in re.findall(r'\bclass="([^"]*)"', page) for name in names.split() if "\0" not in name}
    known = set(re.findall(r"\.(-?[_a-zA-Z][\w-]*)", PRODUCT + TABLER))
    assert used - known == set(), "add it to CLASSES_IN_USE in tools/vendor.py, or a rule to product.css"


def test_every_icon_in_use_is_in_the_sprite():
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    used = set(re.findall(r"""\{% (?:icon|fact) ["']([\w-]+)["']""", pages))
    used |= set(re.findall(r"""\{% (?:emptystate|notice|state) [^%]*\bicon=["']([\w-]+)["']""", pages))
    used |= {drawn for _, drawn, _ in STATES.values()} | set(NOTICE_ICONS.values())
    used |= set(re.findall(r'_\("[^"]+"\), "([\w-]+)"', (ROOT / "config" / "desk.py").read_text(encoding="utf-8")))
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    assert used
    assert used - known == set(), "add it to ICONS_IN_USE in tools/vendor.py and run it"


def test_what_is_vendored_is_what_was_recorded():
    assert vendor.differences() == []


# Weight -------------------------------------------------------------------------------------------------------------


def packed(*names):
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def test_the_files_of_every_page_leave_most_of_100_kilobytes_to_the_page():
    files = ("vendor/tabler/tabler.css", "css/tokens.css", "css/product.css", "icons.svg", "mark.svg", "js/desk.js")
    assert packed(*files, "vendor/htmx/htmx.min.js") < 60_000


def test_our_own_script_stays_small():
    assert (STATIC / "js" / "desk.js").stat().st_size < 4096
