"""The guide in a real browser: lesson, failing test, hint, save, verdict, the framed site, and its walls."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: it comes with the extra `browser`")
pytest.importorskip("axe_playwright_python", reason="axe is not installed: it comes with the extra `browser`")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from starterkit.project.project import open_project
from starterkit.web.asgi import Handlers, guide_app
from starterkit.web.events import Events
from starterkit.web.lesson import lesson_html
from starterkit.web.proxy import SiteProxy
from starterkit.web.safety import Access
from tests.support.commands import starterkit
from tests.support.guides import FramedSite, RunningGuide, running_guide, served_app
from tests.support.sites import lay_solution
from tests.support.stretch import BACKSLASH, SPACES, stretch_template, writes
from tests.web.test_lesson import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOUND = Path(__file__).parents[1] / "templates" / "sound"
SECONDS = 60_000  # on a busy machine, the tests of a step take a while
SIZES = {"narrow": (360, 740), "medium": (900, 700), "wide": (1440, 860)}


@pytest.fixture
def guide(begun_site: Path) -> Iterator[RunningGuide]:
    with running_guide(cwd=begun_site) as guide:
        yield guide


@pytest.fixture
def page(chromium: Browser, guide: RunningGuide) -> Iterator[Page]:
    """The page of the guide, with a first verdict. Errors of the browser fail the test."""
    with opened(chromium, guide.url) as page:
        expect(page.locator("body")).to_have_attribute("data-phase", re.compile("red|green"), timeout=SECONDS)
        yield page


class opened:  # noqa: N801 - reads like a function
    """A page in a window of its own. After the block, the browser must not have reported an error."""

    def __init__(self, chromium: Browser, url: str, **settings: Any) -> None:
        self.window = chromium.new_context(**{"viewport": {"width": 1440, "height": 860}, **settings})
        self.url, self.errors = url, list[str]()

    def __enter__(self) -> Page:
        page = self.window.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._keep_error)
        page.goto(self.url)
        return page

    def _keep_error(self, line: Any) -> None:
        if line.type == "error" and str(line.location.get("url")).startswith(self.url):  # not one of the framed site
            self.errors.append(line.text)

    def __exit__(self, *failed: object) -> None:
        self.window.close()
        assert failed[0] or self.errors == []


def frame_of(page: Page) -> Any:
    return page.frame_locator("iframe[title='Your site']")


def assert_accessible(page: Page) -> None:
    """Axe finds nothing on the guide's page. The framed site is left out: other tests check its pages."""
    found = Axe().run(page, context={"exclude": [["iframe"]]}, options={"iframes": False})
    assert found.response["violations"] == [], found.generate_report()


def test_from_the_lesson_to_the_next_step(page: Page, begun_site: Path) -> None:
    go_to_the_next_step(page, begun_site)


@pytest.mark.nightly
@pytest.mark.parametrize("framework", ["fastapi", "django", "express"])
def test_the_guide_of_the_other_frameworks(framework: str, chromium: Browser, tmp_path: Path) -> None:
    starterkit("new", "site", "--framework", framework, "--defaults", "--at", "01", cwd=tmp_path)
    with running_guide(cwd=tmp_path / "site") as guide, opened(chromium, guide.url) as page:
        expect(page.locator("body")).to_have_attribute("data-phase", "red", timeout=SECONDS)
        expect(frame_of(page).locator("body")).not_to_be_empty(timeout=SECONDS)
        go_to_the_next_step(page, tmp_path / "site")


def go_to_the_next_step(page: Page, folder: Path) -> None:
    """Read hints, write the solution, start the next step and undo it, as a learner does with the buttons."""
    expect(page.locator("#lesson h2:visible >> nth=0")).to_have_text("01 · First page")
    with open_project(folder) as project:
        step = project.step
        assert step is not None
        first = next(test for test in project.expected_tests() if test.id == step.tests[0])
    expect(page.locator("#first-title")).to_have_text(first.sentence)
    expect(page.locator("#first-message")).to_contain_text("Expected")
    expect(page.locator("#task-tests li")).to_have_count(len(step.tests))

    page.get_by_role("button", name="Give me a hint").click()
    expect(page.locator("#hints")).to_contain_text("Hint 1 of")
    page.get_by_role("button", name="Next hint (2 of").click()
    expect(page.locator("#hints li")).to_have_count(2)

    expect(page.locator("#next")).to_be_hidden()
    with open_project(folder) as project:
        lay_solution(project, step.name)
    expect(page.locator("#green-title")).to_have_text(re.compile(r"All \d+ (core )?tests pass"), timeout=SECONDS)
    expect(page.locator("#task-tests li.passed")).to_have_count(len(step.tests))
    expect(page.locator("#announcer")).to_have_text(re.compile(r"(\d+) of \1 tests pass"))
    expect(page.locator("#first")).to_be_hidden()
    assert_accessible(page)

    page.get_by_role("button", name="Start the next step").click()
    expect(page.locator("#lesson h2:visible >> nth=0")).to_have_text("02 · Comments", timeout=SECONDS)
    expect(page.locator("#pips .here")).to_contain_text("02 · Comments")
    expect(page.locator("#first")).to_be_visible(timeout=SECONDS)

    page.get_by_role("button", name="Undo “next”").click()
    expect(page.locator("#lesson h2:visible >> nth=0")).to_have_text("01 · First page", timeout=SECONDS)


def test_a_form_is_posted_in_the_framed_site_and_a_save_keeps_the_page(page: Page, begun_site: Path) -> None:
    site = frame_of(page)
    site.get_by_role("link", name="New Article").click(timeout=SECONDS)
    site.locator("input[name=title]").fill("Framed")
    site.locator("input[name=description]").fill("About frames")
    site.locator("textarea[name=body]").fill("A text.")
    assert site.locator("input[name=csrf_token]").first.input_value()
    site.locator("button[type=submit]").click()

    expect(site.locator("h1")).to_have_text("Framed")
    expect(page.locator("#address")).to_have_value("/article/framed")

    template = begun_site / "conduit" / "templates" / "layout.html"
    template.write_text(template.read_text("utf-8").replace("<footer", "<p id='saved'>Saved.</p><footer"), "utf-8")
    expect(site.locator("#saved")).to_have_text("Saved.", timeout=SECONDS)
    expect(site.locator("h1")).to_have_text("Framed")

    code = begun_site / "conduit" / "articles.py"
    code.write_text(
        code.read_text("utf-8") + "\n\n@bp.get('/new-route')\ndef new_route(): return 'A new route.'\n", "utf-8"
    )
    page.locator("#address").fill("/new-route")
    page.locator("#address").press("Enter")
    expect(site.locator("body")).to_have_text("A new route.", timeout=SECONDS)


def test_a_site_that_cannot_start_says_why_and_starts_after_the_next_save(page: Page, begun_site: Path) -> None:
    expect(frame_of(page).locator("h1.logo-font")).to_be_visible(timeout=SECONDS)
    code = begun_site / "conduit" / "articles.py"
    good = code.read_text("utf-8")
    code.write_text("def (\n", "utf-8")
    expect(page.locator("#first-message, #trouble-text").filter(has_text="SyntaxError").first).to_be_visible(
        timeout=SECONDS
    )

    page.evaluate("fetch('/api/restart', {method: 'POST', headers: {'X-Guide-Token': TOKEN}, body: '{}'})")
    expect(page.locator("#site-state")).to_contain_text("conduit/articles.py:1", timeout=SECONDS)
    assert_accessible(page)

    code.write_text(good, "utf-8")
    expect(frame_of(page).locator("h1.logo-font")).to_be_visible(timeout=SECONDS)
    expect(page.locator("#site-state")).to_be_hidden()


def test_diff_solution_and_map(page: Page, begun_site: Path) -> None:
    code = begun_site / "conduit" / "__init__.py"
    code.write_text(code.read_text("utf-8") + "# a line of my own\n", "utf-8")
    page.locator("#tabs").get_by_role("tab", name="My changes").click()
    expect(page.locator("#diff-files .added", has_text="a line of my own")).to_be_visible()

    page.locator("#tabs").get_by_role("tab", name="Solution").click()
    expect(page.locator("#solution-files .diff")).to_have_count(0)
    page.get_by_role("button", name="Show the solution").click()
    expect(page.locator("#solution-files .diff").first).to_be_visible()

    page.locator("#tabs").get_by_role("tab", name="Map").click()
    expect(page.locator("#steps [aria-current=step]")).to_contain_text("First page")


def test_everything_is_reached_with_the_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the tests")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#tests")).to_be_focused()

    page.locator("#hint").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#hints li")).to_have_count(1)
    expect(page.locator("#hint")).to_be_focused()

    page.locator("#tab-site").focus()
    for part in ("diff", "solution", "map", "site"):
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"#tab-{part}")).to_be_focused()
        expect(page.locator(f"#tab-{part}")).to_have_attribute("aria-selected", "true")
        expect(page.locator(f"#{part}")).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator("#map")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, guide: RunningGuide, chromium: Browser, scheme: str) -> None:
    page.get_by_role("button", name="Give me a hint").click()
    expect(page.locator("#hints li")).to_have_count(1)
    for width, height in SIZES.values():
        size = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
        with opened(chromium, guide.url, **size) as view:
            expect(view.locator("body")).to_have_attribute("data-phase", "red", timeout=SECONDS)
            assert view.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
            for tab in view.locator("[role=tab]:visible").all():
                tab.click()
                if tab.get_attribute("data-part") == "solution":
                    view.locator("#show-solution").click()
                    expect(view.locator("#solution-files .diff").first).to_be_visible()
                assert_accessible(view)


# Walls


STATE = {
    "phase": "done",
    "tests": [],
    "own": [],
    "start": "1",
    "trouble": None,
    "busy": "",
    "siteLine": "",
    "saved": [],
    "problem": "",
    "blocker": "",
    "log": "",
    "seconds": 1,
    "hints": None,
    "page": "/",
    "project": "mine",
    "path": "Flask",
    "solved": False,
    "isLast": False,
    "undo": "",
    "steps": [],
    "site": {"name": "running", "message": "", "fix": "", "canReset": False},
    "step": {"name": "01-x", "label": "01 · X", "title": "X", "summary": "", "minutes": 1, "tests": 0},
}

REACHING = """<!doctype html><title>hostile</title><pre id="log"></pre>
<form id="f" method="post" action="{guide}/api/next"><input name="a"></form><script>
const log = (text) => {{ document.getElementById("log").textContent += text + "\\n"; }};
(async () => {{
  for (const [name, call] of Object.entries({{
    read: () => fetch("{guide}/").then((r) => r.text()),
    post: () => fetch("{guide}/api/next", {{method: "POST", headers: {{"X-Guide-Token": "x"}}, body: "{{}}"}}),
    blind: () => fetch("{guide}/api/next", {{method: "POST", mode: "no-cors", body: "{{}}"}}).then((r) => {{
      if (r.type === "opaque") throw new Error("opaque"); }}),
    parent: async () => parent.document.title,
    token: async () => parent.TOKEN,
    top: async () => {{ top.location = "{guide}/moved"; }},
    events: () => new Promise((ok, no) => {{
      const e = new EventSource("{guide}/events"); e.onopen = ok; e.onerror = no; }}),
    script: () => new Promise((ok, no) => {{ const s = document.createElement("script"); s.src = "{guide}/guide.js";
      s.onload = ok; s.onerror = no; document.head.append(s); }}),
  }})) {{
    try {{ await call(); log(name + " reached"); }} catch (e) {{ log(name + " stopped"); }}
  }}
  const inner = document.createElement("iframe"); inner.src = "{guide}/"; document.body.append(inner);
  inner.onload = () => {{
    const form = document.getElementById("f"); form.target = inner.name = "inner"; form.submit(); log("end");
  }};
}})();
</script>"""


def test_a_site_in_the_frame_cannot_reach_the_guide(chromium: Browser) -> None:
    acted: list[str] = []
    guide_url: list[str] = []

    def act(name: str, options: dict[str, Any]) -> dict[str, Any]:
        acted.append(name)
        return {"text": name}

    page_of_site = FramedSite(
        lambda request, body: (200, [("Content-Type", "text/html")], REACHING.format(guide=guide_url[0]).encode())
    )
    state = {**STATE, "lesson": "<h2>Mine</h1>"}
    proxies: list[SiteProxy] = []
    accesses: list[Access] = []

    def guide(port: int, loop: Any) -> Any:
        site_port = proxy_port
        accesses.append(Access(port, site_port))
        guide_url.append(accesses[0].url)
        return guide_app(accesses[0], Events(loop), Handlers("mine", lambda: state, act))

    def proxy(port: int, _: Any) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if not proxies:
                proxies.append(SiteProxy(accesses[0], lambda path: None))
                proxies[0].port = site_port
            await proxies[0](scope, receive, send)

        return app

    with page_of_site.served() as site_port, served_app(proxy) as proxy_port, served_app(guide) as port:
        window = chromium.new_context(viewport={"width": 1440, "height": 860})
        page = window.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        log = frame_of(page).locator("#log")
        expect(log).to_contain_text("end")
        said = log.text_content() or ""
        assert page.url == f"http://127.0.0.1:{port}/"
        window.close()

    assert "reached" not in said, said
    assert said.count("stopped") == 8
    assert acted == []


def test_a_conflict_offers_the_options_of_the_command(chromium: Browser) -> None:
    acted: list[tuple[str, dict[str, Any]]] = []
    fix = "Choose one.\n`starterkit next --keep-mine` keeps your lines.\n`starterkit next --markers` writes both."

    def act(name: str, options: dict[str, Any]) -> dict[str, Any]:
        acted.append((name, options))
        return {"text": "Started 02."} if options else {"error": {"message": "Both change `a.py`.", "fix": fix}}

    test = {"id": "t", "sentence": "T", "step": "01-x", "file": "t.py", "guard": "", "outcome": "passed"}
    state = {**STATE, "lesson": "<h2>Mine</h2>", "tests": [test]}

    def guide(port: int, loop: Any) -> Any:
        return guide_app(Access(port, 1), Events(loop), Handlers("mine", lambda: state, act))

    with served_app(guide) as port:
        window = chromium.new_context()
        page = window.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("button", name="Start the next step").click()
        expect(page.locator("#answer")).to_contain_text("Both change a.py.")
        expect(page.locator("#answer-choices button")).to_have_count(2)
        page.get_by_role("button", name="Keep my lines starterkit next --keep-mine").click()
        expect(page.locator("#answer")).to_contain_text("Started 02.")
        window.close()

    assert acted == [("next", {}), ("next", {"settle": "mine"})]


def test_a_hostile_lesson_and_a_hostile_test_run_nothing(chromium: Browser) -> None:
    evil = "<img src=x onerror=document.title='hit'> <script>document.title='hit'</script>"
    test = {
        "id": evil,
        "sentence": evil,
        "step": "01-x",
        "file": evil,
        "guard": "",
        "outcome": "failed",
        "message": f"{evil}\n<script>alert(1)</script>",
        "place": evil,
        "testPlace": evil,
        "details": evil,
    }
    step = {**STATE["step"], "label": evil, "title": evil, "summary": evil}  # type: ignore[dict-item]
    state = {**STATE, "lesson": lesson_html(HOSTILE), "tests": [test], "steps": [step], "project": evil, "path": evil}

    def guide(port: int, loop: Any) -> Any:
        return guide_app(Access(port, 1), Events(loop), Handlers(evil, lambda: state, lambda name, options: {}))

    with served_app(guide) as port:
        window = chromium.new_context()
        page = window.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail("a dialog opened"))
        page.goto(f"http://127.0.0.1:{port}/")
        expect(page.locator("#lesson h2:visible >> nth=0").first).to_be_visible()
        expect(page.locator("#first-title")).to_have_text(evil)
        assert (
            page.locator("main script, main img, main style, main form, main base, main meta, #lesson iframe").count()
            == 0
        )
        assert page.title() != "hit"
        outside = [
            url for url in asked if not url.startswith((f"http://127.0.0.1:{port}/", "data:", "http://127.0.0.1:1/"))
        ]
        window.close()

    assert outside == []


def test_a_hostile_external_template_runs_nothing(chromium: Browser, tmp_path: Path) -> None:
    template = tmp_path / "hostile"
    shutil.copytree(SOUND, template)
    step = template / "steps" / "01-greeting"
    (step / "lesson.md").write_text(f"# 01 · <script>alert(1)</script>\n\n{HOSTILE}", "utf-8")
    about = (step / "step.yml").read_text("utf-8")
    for old in ("Greeting", "The site greets a visitor by name.", "Which function"):
        about = about.replace(old, f"{old} <img src=x onerror=alert(1)>", 1)
    (step / "step.yml").write_text(about, "utf-8")
    tests = step / "given" / "tests" / "test_01_greeting.py"
    source = tests.read_text("utf-8").replace("The page at /hello", "<script>alert(1)</script> The page")
    tests.write_text(source, "utf-8")
    starterkit("new", "site", "--template", str(template), "--trust", "--defaults", cwd=tmp_path)
    starterkit("next", cwd=tmp_path / "site")

    with running_guide(cwd=tmp_path / "site") as guide:
        window = chromium.new_context(viewport={"width": 1440, "height": 860})
        page = window.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail("a dialog opened"))
        page.goto(guide.url)
        expect(page.locator("body")).to_have_attribute("data-phase", "red", timeout=SECONDS)
        expect(page.locator("#first-title")).to_contain_text("<script>alert(1)</script>")
        page.locator("#hint").click()
        expect(page.locator("#hints li")).to_contain_text("<img src=x onerror=alert(1)>")
        page.locator("#tab-map").click()
        expect(page.locator("#steps")).to_contain_text("<img src=x onerror=alert(1)>")
        expect(page.locator("iframe")).to_be_attached(timeout=SECONDS)
        assert page.locator("main :is(script, img, style, form, base, meta), #lesson iframe").count() == 0
        window.close()

    own = (guide.url, f"{guide.site_url}/", "data:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_stretch_tests_are_apart_and_do_not_stop_the_learner(chromium: Browser, tmp_path: Path) -> None:
    template, site = stretch_template(tmp_path), tmp_path / "site"
    starterkit("new", "site", "--template", str(template), "--trust", "--defaults", cwd=tmp_path)
    starterkit("next", cwd=site)
    with running_guide(cwd=site) as guide, opened(chromium, guide.url) as page:
        expect(page.locator("#first-title")).to_have_text(
            "The page at /hello greets the visitor by name.", timeout=SECONDS
        )
        expect(page.locator("#step-tests li")).to_have_count(3)
        expect(page.locator("#stretch-tests li")).to_have_count(3)
        expect(page.locator("#step-tests")).to_contain_text(f"{BACKSLASH} (not on this system)")

        writes(site)
        expect(page.locator("#green-title")).to_have_text("All 4 core tests pass", timeout=SECONDS)
        expect(page.locator("#green-text")).to_have_text("01 · Greeting is done. 1 of 3 stretch tests pass.")
        expect(page.locator("#first-eyebrow")).to_have_text("Stretch test")
        expect(page.locator("#first-title")).to_have_text(SPACES)
        expect(page.locator("#stretch-count")).to_have_text("1 of 3")
        assert_accessible(page)
        page.get_by_role("button", name="Give me a hint").click()
        expect(page.locator("#hints")).to_contain_text("Hint 1 of 2", timeout=SECONDS)

        page.get_by_role("button", name="Start the next step").click()
        expect(page.locator("#lesson h2:visible >> nth=0")).to_have_text("02 · Counting", timeout=SECONDS)
