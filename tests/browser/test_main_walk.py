"""The main job in a browser: a firm posts a need and reads who fits and why; the student reads the other side."""

import importlib.util
import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.queue]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]
HAN = re.compile("[\u4e00-\u9fff]")
# Words that are Latin in a Chinese page too: names of tools and what people wrote themselves stand apart from these.
OURS_IN_ENGLISH = re.compile(
    r"\b(need|needs|skill|skills|score|fit|level|held|wanted|essential|met|publish|published|draft|save|edit|close"
    r"|people|matches|profile|sign|free|would|from|and|the|of)\b",
    re.I,
)
WIDTHS = (390, 1440)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Closed after this file: as long as Playwright's loop runs, Django takes whatever follows for asynchronous."""
    if CHROMIUM is None or importlib.util.find_spec("playwright") is None:
        message = "no browser tests: chromium or playwright is not installed here"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with importlib.import_module("playwright.sync_api").sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def page_for(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """A page signed in as a role, in a language; whatever the browser complains of fails the test."""
    contexts, complaints = [], []

    def signed_in(role: str, language: str = "en", scripts: bool = True, width: int = 1440) -> Any:
        context = browser.new_context(
            locale=language, java_script_enabled=scripts, viewport={"width": width, "height": 900}, base_url=site.url
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        email, password = site.logins[role]
        page.goto("/accounts/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", password)
        page.click("main form .btn-primary")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert complaints == []


def post_a_need(page: Any, title: str) -> None:
    page.goto("/needs/new/")
    page.fill("[name=title]", title)
    for skill in ("SQL querying", "Marketplace data analysis"):
        page.fill("[name=q]", skill)
        page.press("[name=q]", "Enter")
        page.locator("#skill-options li", has_text=skill).first.get_by_role("button").click()
        page.locator("#skillrows th", has_text=skill).wait_for()
    page.locator("[name=remote]").check()
    page.get_by_role("button", name="Publish").click()


def tenths(text: str) -> int:
    """A figure of one decimal, as whole tenths; the minus may be typographic."""
    return round(float(text.replace("−", "-").replace("+", "").strip()) * 10)


def test_a_firm_posts_a_need_and_reads_a_waterfall_that_adds_up(page_for: Callable[..., Any]) -> None:
    page = page_for("firm")
    post_a_need(page, "Trade data analyst 𠮷 🚢")
    first = page.locator(".person").first
    first.wait_for()
    parts = page.locator(".laddertable tbody tr td:last-child b").all_inner_texts()
    foot = page.locator(".laddertable tfoot tr td:last-child").all_inner_texts()
    assert parts
    fit, *rest, score = (tenths(figure) for figure in foot)
    assert sum(tenths(part) for part in parts) == fit
    assert fit + sum(rest) == score
    text = page.locator("main").inner_text()
    assert "@" not in text


def test_the_student_reads_the_same_match_from_the_other_side_and_what_is_missing(
    page_for: Callable[..., Any], site: Site
) -> None:
    page = page_for("student")
    page.goto("/matches/")
    page.locator(".person").first.click()
    page.locator(".laddertable").wait_for()
    said = page.locator("main").inner_text()
    assert "You cover" in said
    assert "not on the profile" in said or "short" in said
    assert site.logins["firm"][0] not in said


def test_the_courses_for_a_gap_come_after_the_page_that_says_it_waits_for_them(page_for: Callable[..., Any]) -> None:
    page = page_for("student")
    held: list[Any] = []
    page.route("**/gap-courses/", lambda route: held.append(route))
    page.goto("/matches/")
    page.locator(".person", has_text="Lighting exports").click()
    page.locator("#gap[aria-busy=true] a").wait_for()
    held.pop().continue_()
    page.locator("#gap:not([aria-busy]) .gain").first.wait_for()


@pytest.mark.parametrize("role", ["firm", "student"])
def test_every_word_of_ours_is_chinese_when_the_browser_asks_for_it(page_for: Callable[..., Any], role: str) -> None:
    page = page_for(role, "zh-CN")
    for address in {"firm": ("/needs/", "/needs/new/"), "student": ("/matches/", "/profile/")}[role]:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        # What people wrote in English is theirs; labels, buttons, heads and hints are ours.
        ours = page.locator("main h1, main h2, main label, main legend, main button, main thead, nav").all_inner_texts()
        assert HAN.search("".join(ours))
        english = [text for text in ours if OURS_IN_ENGLISH.search(text.replace("English", ""))]
        assert [text for text in english if not HAN.search(text)] == []


def test_the_language_switch_changes_every_word_and_stays_on_the_page(page_for: Callable[..., Any]) -> None:
    page = page_for("student")
    page.goto("/matches/")
    page.get_by_role("button", name="中文").click()
    page.locator("html[lang=zh-Hans]").wait_for()
    assert page.url.endswith("/matches/")
    assert HAN.search(page.locator("h1").inner_text())


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(page_for: Callable[..., Any], width: int) -> None:
    for role, addresses in (
        ("firm", ("/", "/needs/", "/needs/new/", "/organisations/", "/tokens/")),
        ("student", ("/matches/", "/profile/", "/skills/?q=data")),
        ("university", ("/teaching/",)),
    ):
        page = page_for(role, width=width)
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address


def test_all_of_it_works_without_javascript(page_for: Callable[..., Any], site: Site) -> None:
    page = page_for("firm", scripts=False)
    post_a_need(page, "Posted without a script")
    need = page.url

    def listed() -> bool:
        page.goto(need)
        return bool(page.locator(".person").count())

    site.until(listed, "the list, by reloading the page")
    page.locator(".person").nth(1).click()
    page.locator(".laddertable").wait_for()
