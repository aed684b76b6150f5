"""The parts of the validator: what is planned, kept and shown; mutants, variations, and reading Markdown."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from starterkit.cli.commands.template.validate import closing_line
from starterkit.cli.commands.template.validate_formats import as_annotations, as_json, as_junit, finding_lines
from starterkit.cli.options import part_of
from starterkit.errors import UsageError
from starterkit.git.worktree import changed_since
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource
from starterkit.validation.markdown import blocks, links, paragraphs, prose_words, stands_in
from starterkit.validation.model import STEP_RULES, Finding, Report, Rule, RuleResult, Severity, Status
from starterkit.validation.mutation import MOST, Mutant, balanced, mutants_of, unmutated
from starterkit.validation.mutation.texts import Promised
from starterkit.validation.plan import (
    MatrixJob,
    changed_steps,
    chosen_rules,
    chosen_steps,
    matrix,
    rule_runs,
    shard_of,
    step_ranges,
)
from starterkit.validation.runner import ResultCache
from starterkit.validation.target import template_under_test
from starterkit.validation.variations import VARIATIONS, python
from starterkit.validation.wording import wording_problems
from tests.support.commands import loaded_command_line
from tests.support.validating import SOUND, validated

ROOT = Path(__file__).parents[2]
TEMPLATE = read_template(FolderSource(SOUND))
STEPS = ["base", "01-greeting", "02-counting"]

# --- external solutions --------------------------------------------------------------------------------------------


def project_of_ada(folder: Path, external: dict[str, str]) -> dict[str, str]:
    """Ada's project after step 02 of the sound template with these files next to its steps."""
    shutil.copytree(SOUND, folder)
    for path, text in external.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    target = template_under_test("sound", folder)
    assert target.external_solutions is not None
    assert target.external_solutions.people("02-counting") == ["ada"]
    files = target.external_solutions.project_after("ada", "02-counting", target.template, target.layer)
    return {path: file.data.decode() for path, file in files.items()}


def test_an_external_solution_is_laid_over_the_step_before(tmp_path: Path) -> None:
    files = project_of_ada(
        tmp_path / "sound",
        {
            "external_solutions/ada/01-greeting/conduit/hello.py": "ada = 1\n",
            "external_solutions/ada/01-greeting/conduit/old.py": "ada = 1\n",
            "external_solutions/ada/02-counting/conduit/count.py": "ada = 2\n",
            "external_solutions/ada/02-counting/tests/support.py": "ada = 2\n",
            "external_solutions/ada/02-counting/removed.txt": "conduit/old.py\nconduit/settings.toml\n",
            "foreign/ada/02-counting/conduit/old_form.py": "ada = 0\n",
        },
    )

    assert (files["conduit/hello.py"], files["conduit/count.py"]) == ("ada = 1\n", "ada = 2\n")
    assert files["tests/support.py"] == (SOUND / "project/tests/support.py").read_text("utf-8")
    assert {"tests/test_02_counting.py", "lessons/02-counting.md", "conduit/features.py"} <= set(files)
    of_the_path = {"conduit/greeting.py", "conduit/counting.py"}
    assert not set(files) & {"conduit/old.py", "conduit/settings.toml", "conduit/old_form.py", *of_the_path}


def test_an_external_solution_without_the_step_before_is_laid_over_the_given(tmp_path: Path) -> None:
    files = project_of_ada(tmp_path / "sound", {"external_solutions/ada/02-counting/conduit/count.py": "ada = 2\n"})

    assert {"conduit/count.py", "conduit/greeting.py", "tests/test_02_counting.py"} <= set(files)
    assert "conduit/counting.py" not in files


def test_the_legacy_folder_of_external_solutions_holds_all_differences_from_the_given(tmp_path: Path) -> None:
    files = project_of_ada(
        tmp_path / "sound",
        {
            "foreign/ada/01-greeting/conduit/hello.py": "ada = 1\n",
            "foreign/ada/02-counting/conduit/count.py": "ada = 2\n",
            "foreign/ada/02-counting/removed.txt": "conduit/greeting.py\n",
        },
    )

    assert {"conduit/count.py", "tests/test_02_counting.py"} <= set(files)
    assert not set(files) & {"conduit/hello.py", "conduit/greeting.py"}


# --- what is planned ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ([], STEPS),
        (["base"], ["base"]),
        (["02", "base"], ["base", "02-counting"]),
        (["greeting"], ["01-greeting"]),
        (["01.."], STEPS[1:]),
        (["..01"], STEPS[:2]),
        (["01-greeting..2"], STEPS[1:]),
    ],
)
def test_steps_are_named_alone_or_as_a_range(said: list[str], meant: list[str]) -> None:
    assert chosen_steps(TEMPLATE, said) == meant


def test_a_step_that_there_is_not_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'"greting"(.|\n)*Did you mean "greeting"'):
        chosen_steps(TEMPLATE, ["greting"])
    with pytest.raises(UsageError, match="ends before it begins"):
        chosen_steps(TEMPLATE, ["02..01"])


def test_rules_are_chosen_and_skipped_by_their_names() -> None:
    assert chosen_rules([], ["earned"]) == [rule for rule in Rule if rule is not Rule.EARNED]
    assert chosen_rules(["plain Copier", "red"], []) == [Rule.PLAIN_COPIER, Rule.RED]
    with pytest.raises(UsageError, match=r'"earn"(.|\n)*Did you mean "earned"'):
        chosen_rules(["earn"], [])


def test_a_changed_file_means_its_step_and_all_after_it() -> None:
    assert changed_steps(TEMPLATE, ["steps/02-counting/lesson.md"]) == ["02-counting"]
    assert changed_steps(TEMPLATE, ["steps/02-counting/lesson.md", "steps/01-greeting/step.yml"]) == STEPS[1:]
    assert changed_steps(TEMPLATE, ["external_solutions/ada/02-counting/conduit/count.py"]) == ["02-counting"]
    assert changed_steps(TEMPLATE, ["path.yml"]) == STEPS
    assert changed_steps(TEMPLATE, []) == []


def test_git_tells_which_files_of_a_folder_changed(tmp_path: Path) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", *args], cwd=tmp_path, check=True, capture_output=True)

    folder = tmp_path / "templates" / "mine"
    folder.mkdir(parents=True)
    for name in ("templates/mine/a b.txt", "templates/mine/same.txt", "elsewhere.txt"):
        (tmp_path / name).write_text("one")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    for name in ("templates/mine/a b.txt", "templates/mine/new.txt", "elsewhere.txt"):
        (tmp_path / name).write_text("two")

    assert changed_since(folder, "HEAD") == ["a b.txt", "new.txt"]
    with pytest.raises(UsageError, match='revision "nowhere"'):
        changed_since(folder, "nowhere")


def test_shards_are_the_whole_and_share_nothing() -> None:
    everything = rule_runs(template_under_test("sound", SOUND), STEPS, Rule)

    shards = [shard_of(everything, number, 3) for number in (1, 2, 3)]

    assert sorted(unit.key for shard in shards for unit in shard) == sorted(unit.key for unit in everything)
    assert all(shards)
    for shard in shards:  # what shares a test run stays together
        assert (Rule.GREEN in {unit.rule for unit in shard if unit.step == "01-greeting"}) == (
            Rule.SAFE in {unit.rule for unit in shard if unit.step == "01-greeting"}
        )


@pytest.mark.parametrize("words", ["0/2", "3/2", "1", "a/b", "1/0", "²/3"])
def test_an_invalid_shard_is_named(words: str) -> None:
    with pytest.raises(UsageError, match=f'Invalid --shard "{words}"'):
        part_of(words)


def test_the_matrix_is_template_by_steps_by_version_by_database() -> None:
    jobs = matrix([("sound", TEMPLATE)], steps_per_job=2)

    assert step_ranges(TEMPLATE, 2) == ["base..01", "02"]
    assert jobs[0] == MatrixJob("sound", "base..01", "3.11", "", "sqlite")
    assert [(job.steps, job.python) for job in jobs] == [
        (steps, version) for steps in ("base..01", "02") for version in ("3.11", "3.14")
    ]
    for job in jobs:  # the ranges are what --step takes
        assert chosen_steps(TEMPLATE, [job.steps])


# --- what is kept ---------------------------------------------------------------------------------------------------


def some_finding(**more: object) -> Finding:
    told = {"template": "sound", "step": "01-greeting", "rule": Rule.RED, "file": "steps/a,b.py", "line": 3}
    return Finding(**{**told, "message": "It is red: 100%\nreally", "by_hand": "see it", **more})  # type: ignore[arg-type]


def test_a_result_is_kept_and_given_again(tmp_path: Path) -> None:
    result = RuleResult("sound", "base", Rule.EARNED, 1.5, 1.0, findings=(some_finding(),), notes=("n",), score=0.5)
    kept = ResultCache(tmp_path)

    kept.put("abcd", result)

    found = kept.get("abcd")
    assert found is not None
    assert found.cached
    assert (found.findings, found.notes, found.score, found.status) == (result.findings, ("n",), 0.5, Status.FAILED)
    assert kept.get("efgh") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format": 99}', b'{"format": 1, "findings": 3}'])
def test_a_damaged_cache_is_no_error(tmp_path: Path, damage: bytes) -> None:
    kept = ResultCache(tmp_path)
    kept.put("abcd", RuleResult("sound", "base", Rule.RED))
    (tmp_path / "validation" / "ab" / "abcd.json").write_bytes(damage)

    assert kept.get("abcd") is None


def test_only_what_comes_after_a_change_has_another_key(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "sound"
    shutil.copytree(SOUND, folder)
    before = {(unit.step, unit.rule): unit.key for unit in rule_runs(template_under_test("sound", folder), STEPS, Rule)}
    lesson = folder / "steps" / "02-counting" / "lesson.md"
    lesson.write_text(lesson.read_text("utf-8") + "\n", "utf-8")

    after = {(unit.step, unit.rule): unit.key for unit in rule_runs(template_under_test("sound", folder), STEPS, Rule)}

    changed = {place for place in before if before[place] != after[place]}
    assert changed == {("02-counting", rule) for rule in STEP_RULES if rule is not Rule.TWO_WAYS}


# --- what is shown --------------------------------------------------------------------------------------------------


def some_report() -> Report:
    results = (
        RuleResult("sound", "01-greeting", Rule.RED, 1.0, findings=(some_finding(message="<b> \x00 ]]> & 'é'"),)),
        RuleResult("sound", "01-greeting", Rule.EARNED, skipped="nothing to mutate", notes=("note & more",)),
        RuleResult("sound", "01-greeting", Rule.GREEN, cached=True),
    )
    return Report(results, 2.0, 2, {"sound": "/templates/sound"})


def test_json_names_everything_and_is_versioned() -> None:
    answer = json.loads(json.dumps(as_json(some_report())))

    assert (answer["format"], answer["clean"], answer["from_cache"]) == (1, False, 1)
    assert [result["status"] for result in answer["results"]] == ["FAILED", "skipped", "ok"]
    assert answer["findings"][0]["file"] == "/templates/sound/steps/a,b.py"
    assert answer["findings"][0]["by_hand"] == "see it"


def test_junit_is_xml_whatever_the_messages_hold() -> None:
    suite = ElementTree.fromstring(as_junit(some_report())).find("testsuite")

    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "<b> \ufffd ]]> & 'é'"


def test_annotations_are_one_line_each_with_what_would_end_them_encoded() -> None:
    report = Report((RuleResult("sound", "01-greeting", Rule.RED, findings=(some_finding(),)),), 0, 1)

    (line,) = as_annotations(report)
    assert line.startswith("::error file=steps/a%2Cb.py,line=3,title=sound · 01-greeting · red::")
    assert line.endswith("::It is red: 100%25%0Areally%0ATo reproduce: see it")


@pytest.mark.parametrize(("severity", "level"), [(Severity.WARNING, "warning"), (Severity.NOTE, "notice")])
def test_a_warning_never_fails_and_is_in_every_format(severity: Severity, level: str) -> None:
    finding = some_finding(severity=severity, message="It is long.")
    report = Report((RuleResult("sound", "01-greeting", Rule.RED, findings=(finding,)),), 0, 1)

    assert report.is_clean
    assert report.results[0].status is Status.OK
    assert as_json(report)["findings"][0]["severity"] == severity
    assert as_json(report)[f"{severity}s"] == 1
    assert as_annotations(report)[0].startswith(f"::{level} file=")
    case = ElementTree.fromstring(as_junit(report)).find("testsuite/testcase")
    assert case is not None
    assert case.find("failure") is None
    assert case.findtext("system-out") == f"{severity}: steps/a,b.py:3: It is long."
    assert closing_line(report) == f"No errors, 1 {severity}. Checked 1 rule in 0.0 s."


def test_a_finding_says_where_what_and_how_to_see_it() -> None:
    lines = finding_lines(some_report(), some_finding())

    assert lines[0] == "sound · 01-greeting · red · /templates/sound/steps/a,b.py:3"
    assert lines[1:] == ["  It is red: 100%", "  really", "  to reproduce: see it"]
    assert closing_line(some_report()) == "1 error. Checked 3 rules in 2.0 s (1 from the cache)."


def test_a_report_without_results_says_that_nothing_was_checked() -> None:
    assert closing_line(Report((), 0.0, 1)).startswith("Checked nothing")


# --- mutants --------------------------------------------------------------------------------------------------------

VIEW = b'''"""A page."""

from app import bp, db, redirect


@bp.post("/songs")
def add(form) -> "Answer":
    """Add a song."""
    if form.errors and len(form.title) > 50:
        return "no", 422
    db.add(form.song, order=1)
    return redirect("/songs")
'''


def mutants(data: bytes, name: str = "view.py", lesson: str = "") -> list[str]:
    return [str(mutant) for mutant in mutants_of({name: data}, {}, Promised(lesson))]


def test_a_program_is_changed_in_each_way_that_a_visitor_would_notice() -> None:
    condition = "form.errors and len(form.title) > 50"

    assert sorted(mutants(VIEW)) == sorted(
        [
            'dropped: `@bp.post("/songs")`',
            """changed the URL: `"/songs"` becomes `'/songs/elsewhere'`""",
            f"negated: `{condition}` becomes `(not ({condition}))`",
            f"`and` became `or`: `{condition}` becomes `((form.errors) or (len(form.title) > 50))`",
            "changed the comparison: `len(form.title) > 50` becomes `(len(form.title) >= 50)`",
            "changed the number: `50` becomes `50000`",
            "changed the status: `422` becomes `200`",
            "removed: `db.add(form.song, order=1)`",
            "left out: `order=1`",
            """redirected elsewhere: `"/songs"` becomes `'/elsewhere'`""",
        ]
    )


HANDLER = b"""import { mine } from './mine.js';
import './joined.js';

router.get('/songs', signedIn(site), async (request, response) => {
  // if (a) && (b) > 3
  if (!form.isGood && title.length > 50) throw invalid('/bad');
  const song = await db.get(`SELECT * FROM song WHERE id = ? AND day <> 1 ORDER BY day DESC`, [id]);
  await db.run('INSERT INTO song (id) VALUES (?) ON CONFLICT DO NOTHING', [id.trim()]);
  response.status(201).json({ song, isNew: true });
  return element('p', { class: 'card wide' }, /["'`]/.test(song));
});
"""


def test_a_javascript_program_is_changed_in_each_way_that_a_visitor_would_notice() -> None:
    found = mutants(HANDLER, "view.js", "`card`")

    assert sorted(found) == sorted(
        [
            "removed: `import './joined.js';`",
            "removed: `router.get('/songs', signedIn(site), async (request, response) => {  …`",
            "changed: `get` to `post`",
            "changed: the URL '/songs'",
            "left out: `signedIn(site),`",
            "removed: `if (!form.isGood && title.length > 50) throw invalid('/bad');`",
            "negated: `if (!form.isGood && title.length > 50)`",
            "changed: `&&` to `||`",
            "changed: `>` to `>=`",
            "changed: `50` to `51`",
            "changed: the URL '/bad'",
            "changed in SQL: `=` to `<>`",
            "changed in SQL: `AND` to `OR`",
            "changed in SQL: `<>` to `=`",
            "changed in SQL: `DESC` to `ASC`",
            "removed: `await db.run('INSERT INTO song (id) VALUES (?) ON CONFLICT DO NOTHIN …`",
            "changed in SQL: `ON CONFLICT DO NOTHING` left out",
            "left out: `.trim()`",
            "changed: `201` to `202`",
            "changed: `true` to `false`",
            "left out: the class `card`",
        ]
    )


def test_every_mutant_of_a_program_is_a_program() -> None:
    for mutant in mutants_of({"view.py": VIEW}, {}):
        ast.parse(mutant.data)
        assert mutant.data != VIEW


def test_only_lines_of_the_solution_itself_are_mutated() -> None:
    lines = {mutant.line for mutant in mutants_of({"view.py": VIEW}, {"view.py": VIEW.replace(b"422", b"400")})}

    assert lines == {10}


def test_a_page_is_changed_in_what_its_lesson_promises() -> None:
    page = b"""<div class="row card">
  {% if song %}<input class="wide" name="title" value="{{ song.title | trim }}">{% endif %}
  <small>A hint.</small>
</div>
"""
    assert mutants(page, "page.html", "`card`") == [
        'left out the class: `card` of `class="row card"`',
        'removed: `{% if song %}<input class="wide" name="title" value="{{ song.title | …`',
        "negated: `song` becomes `not song`",
        'changed: `name="title"` becomes `name="other"`',
        'left out: `value="{{ song.title | trim }}"`',
        "without the filter: `| trim` of `{{ song.title | trim }}`",
    ]


def test_a_sample_stays_the_same_when_lines_move() -> None:
    many = b"".join(b"do(%d)\n" % number for number in range(100))

    here = balanced(mutants_of({"a.py": many}, {}))[:MOST]
    moved = balanced(mutants_of({"a.py": b"\n\n" + many}, {}))[:MOST]

    assert len(here) == MOST
    assert [str(mutant) for mutant in here] == [str(mutant) for mutant in moved]


def test_a_sample_is_balanced_over_kinds_and_files() -> None:
    def some(count: int, file: str, kind: str) -> list[Mutant]:
        return [Mutant(file, number, f"line {number}", kind, "", b"") for number in range(count)]

    many = [*some(90, "a.py", "removed"), *some(3, "b.py", "removed"), *some(20, "a.py", "negated")]

    first = [(mutant.kind, mutant.file) for mutant in balanced(many)[:12]]

    assert {place: first.count(place) for place in first} == {
        ("removed", "a.py"): 3,
        ("removed", "b.py"): 3,
        ("negated", "a.py"): 6,
    }


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.mjs", "run('/songs');\n"),
        ("a.cjs", "run('/songs');\n"),
        ("a.ts", "run('/songs');\n"),
        ("a.tsx", "run('/songs');\n"),
        ("a.jsx", "run('/songs');\n"),
        ("manage", "#!/usr/bin/env python3\nrun()\n"),
        ("serve", "#!/usr/bin/env node\nrun('/songs');\n"),
        ("tables", "-- Songs\nSELECT name FROM song WHERE day > 1;\n"),
        ("tables.sql", "SELECT name FROM song ORDER BY day DESC;\n"),
        ("tables.sql.j2", "SELECT name FROM song ORDER BY day DESC;\n"),
        ("page", '<form>\n<input name="title">\n</form>\n'),
        *((f"page{suffix}", '<input name="title">\n') for suffix in (".htm", ".tpl", ".jinja", ".j2", ".njk")),
        *((f"page{suffix}", '<input name="title">\n') for suffix in (".ejs", ".hbs", ".mustache", ".vue")),
    ],
)
def test_a_file_is_mutated_by_its_name_or_its_content(name: str, code: str) -> None:
    assert mutants(code.encode(), name)


def test_what_cannot_be_mutated_is_named_by_its_reason() -> None:
    solution = {
        "a.py": b"run()\n",
        "b.py": b"def (",
        "logo.bin": b"\0",
        "style.css": b"a {}\n",
        "names.py": b"NAMES = []\n",
        "empty.py": b"",
    }

    assert unmutated(solution, mutants_of(solution, {})) == {
        "not valid Python": ["b.py"],
        "binary": ["logo.bin"],
        "nothing to change in the new lines": ["names.py"],
        "no language with mutants": ["style.css"],
    }


FAREWELL = b'''from html import escape


def farewell(words, day="today"):
    """Show the page."""
    name = words.get("name", "guest") or ""
    back = f"/greeting?name={quote(name.strip())}"
    return page(f'<p>Goodbye, {escape(name, quote=False)}!</p>', int(words["count"]))
'''


def test_calls_are_unwrapped_and_defaults_and_promised_texts_are_changed() -> None:
    whole = "f'<p>Goodbye, {escape(name, quote=False)}!</p>'"

    assert sorted(mutants(FAREWELL, lesson='Show "Goodbye, Ada!" for the parameter `name`.')) == sorted(
        [
            'changed the default: `"today"` becomes `"other"`',
            "changed the text: `name` to `other`",
            '`or` became `and`: `words.get("name", "guest") or ""` becomes `((words.get("name", "guest")) and (""))`',
            'changed the default: `"guest"` becomes `"other"`',
            'changed the default: `""` becomes `"other"`',
            'shown no more: `{quote(name.strip())}` of `f"/greeting?name={quote(name.strip())}"`',
            "unwrapped: `quote(name.strip())` becomes `name.strip()`",
            "unwrapped: `name.strip()` becomes `name`",
            "changed the text: `Goodbye` to `other`",
            f"shown no more: `{{escape(name, quote=False)}}` of `{whole}`",
            "unwrapped: `escape(name, quote=False)` becomes `name`",
            'unwrapped: `int(words["count"])` becomes `words["count"]`',
        ]
    )


def test_the_type_of_a_field_is_changed_only_where_it_is_checked() -> None:
    model = b"""class Song(Model):
    __tablename__ = "song"
    title: Annotated[Line, Field(max_length=50, examples=["Hey"])]
    day: Moment
    count: int
"""

    assert mutants(model, lesson="A `song`.") == []
    assert mutants(b"from pydantic import Field\n" + model, lesson="A `song`.") == [
        'unwrapped: `Annotated[Line, Field(max_length=50, examples=["Hey"])]` becomes `Line`',
        "changed the type: `Line` becomes `str`",
        "changed the type: `Moment` becomes `str`",
    ]


def test_the_html_in_a_string_is_changed() -> None:
    python_code = b"""page = f'<form><input name="title" value="{title}"></form>'\n"""
    javascript_code = b"""const page = `<form><input name="title" value="${title}"></form>`;\n"""

    for name, code in (("page.py", python_code), ("page.js", javascript_code)):
        changed = mutants(code, name)
        assert 'changed: `name="title"` becomes `name="other"`' in changed
        assert any(change.startswith("left out: `value=") for change in changed)


def test_sql_in_any_string_is_changed() -> None:
    code = b'''rows = db.run("""
    SELECT name FROM song LEFT JOIN album WHERE day >= ? AND album IS NULL ORDER BY day LIMIT 20
""")
found = db.run(f"select name from song where id = {number}")
note = "Select a song from the list, and order it."
'''

    assert sorted(mutants(code)) == sorted(
        [
            "changed in SQL: `LEFT JOIN` to `JOIN`",
            "changed in SQL: `>=` to `>`",
            "changed in SQL: `AND` to `OR`",
            "changed in SQL: `IS NULL` to `IS NOT NULL`",
            "changed in SQL: `day` to `day DESC`",
            "changed in SQL: `LIMIT` to `LIMIT 1`",
            "changed in SQL: `=` to `<>`",
        ]
    )


def test_statements_of_a_sql_file_are_changed_but_not_its_comments_and_texts() -> None:
    tables = b"-- a AND b\nCREATE TABLE song (name TEXT UNIQUE);\nINSERT INTO song VALUES ('a AND b');\n"

    assert mutants(tables, "tables.sql") == [
        "changed in SQL: `UNIQUE` left out",
        "removed: `INSERT INTO song VALUES ('a AND b');`",
    ]


@pytest.mark.parametrize(
    ("name", "page", "changed"),
    [
        ("a.html", "{% if a %}{{ song.title }}{% endif %}", "{{ song.title | safe }}"),
        ("a.html", "{{ title or '' }}", "{{ (title or '') | safe }}"),
        ("a.tpl", "% if a:\n{{title}}\n% end", "{{!title}}"),
        ("a.ejs", "<% if (a) { %>\n<%= title %>\n<% } %>", "<%- title %>"),
        ("a.hbs", "{{#if a}}\n{{title}}\n{{/if}}", "{{{title}}}"),
    ],
)
def test_the_escaping_of_a_value_is_switched_off(name: str, page: str, changed: str) -> None:
    (mutant,) = (each for each in mutants_of({name: page.encode()}, {}) if each.kind == "without escaping")

    assert changed in mutant.data.decode()


def test_a_number_a_link_and_a_filtered_value_are_never_shown_without_escaping() -> None:
    page = b"{{ song.id }} {{ url_for('songs') }} {{ day | long_date }} {{ song_count }} {{ image_url }} {{{ raw }}}"

    assert [change for change in mutants(page, "a.html") if change.startswith("without escaping")] == []


@pytest.mark.parametrize(
    ("page", "change"),
    [
        ("% if song.title:", "negated: `song.title` becomes `not song.title`"),
        ("% for song in songs:", "a loop over nothing: `songs`"),
        ("<% if (song.title) { %>", "negated: `song.title` becomes `!(song.title)`"),
        ("<% for (const song of songs) { %>", "a loop over nothing: `songs`"),
        ("<% songs.forEach((song) => { %>", "a loop over nothing: `songs`"),
        ("{{#each songs}}", "a loop over nothing: `songs`"),
        ("<%- include('card') %>", "removed: `<%- include('card') %>`"),
        ("<h1>Your songs</h1>", "changed the text: `Your songs` to `other`"),
    ],
)
def test_the_marks_of_each_template_language_are_known(page: str, change: str) -> None:
    assert change in mutants(page.encode(), "page.tpl", lesson='The page says "Your songs".')


SONG = b"""const shown = (song, title = 'none') => {
  box.textContent = escapeHtml(song.title ?? 'none');
  return parseInt(song.day, 10);
};
"""


def test_calls_and_defaults_of_javascript_are_changed() -> None:
    assert mutants(SONG, "song.ts") == [
        "changed the default: `'none'`",
        "removed: `box.textContent = escapeHtml(song.title ?? 'none');`",
        "without escaping: `textContent` to `innerHTML`",
        "unwrapped: `escapeHtml(song.title ?? 'none')` becomes `(song.title ?? 'none')`",
        "changed the default: `'none'`",
        "unwrapped: `parseInt(song.day, 10)` becomes `(song.day)`",
        "changed: `10` to `11`",
    ]


# --- variations -----------------------------------------------------------------------------------------------------

CODE = b'''"""A part."""

import os
import sys

from app import bp


@bp.get("/songs/<name>")
def song(name):
    found = [word for word in name.split()]
    for word in found:
        print(f"{word}", os.sep, sys.path)
    # Your own lines go below this one.
    return found
'''


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.name)
def test_a_variation_changes_the_text_and_leaves_a_program(variation: object) -> None:
    changed = variation.of({"part.py": CODE, "empty.py": b"", "broken.py": b"def ("})  # type: ignore[attr-defined]

    assert changed["part.py"] != CODE
    ast.parse(changed["part.py"])
    assert "broken.py" not in changed


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.mjs", "if (a) {\n  run();\n}\n"),
        ("a.cjs", "if (a) {\n  run();\n}\nmodule.exports = run;\n"),
        ("a.tsx", "if (a) {\n  run();\n}\n"),
        ("page.htm", "<p>\n  Hi\n</p>\n"),
        ("page.j2", "<p>\n  Hi\n</p>\n"),
        ("tables.sql", "SELECT\n  1;\n"),
        ("manage", '#!/usr/bin/env python3\nrun("songs")\n'),
    ],
)
def test_a_file_is_varied_by_its_name_or_its_content(name: str, code: str) -> None:
    reformatted, *_, extra = VARIATIONS

    assert name in reformatted.of({name: code.encode()})
    if code.startswith("if"):
        assert "\nexport" not in extra.of({name: code.encode()})[name].decode()  # a syntax error in CommonJS


def test_locals_are_renamed_where_that_is_safe() -> None:
    renamed = python.renamed_locals(CODE).decode()

    assert "my_found = [word for word in name.split()]" in renamed  # not `word`, which stands in an f-string
    assert "return my_found" in renamed


def test_own_code_stands_below_the_fixed_line_and_answers_another_address() -> None:
    own = python.with_own_code(CODE).decode()

    assert "    # Your own lines go below this one.\n    my_own_word = 'mine'\n" in own
    assert '@bp.get("/my-own/songs/<name>")\ndef my_own_song(name):' in own


def test_own_code_in_a_class_is_a_method_which_every_kind_of_class_takes() -> None:
    code = b"class Song(Model):\n    title: str\n    # Your own lines go below this one.\n\n\nWORDS = []\n"

    own = python.with_own_code(code).decode()

    assert "    # Your own lines go below this one.\n\n    def my_own_word(self):\n        return 'mine'\n" in own


# --- Markdown -------------------------------------------------------------------------------------------------------

LESSON = """# 01 · Songs

This is the end of `app/songs.py`:

```python
def song():
    # …
    return 1
```

Another example, not from `app/songs.py`. It stands alone:

```python
x = 1
```

~~~html title="app/page.html"
<p>
~~~

See [the docs](../docs/a.md#b), `[no](link)` and ![a picture](p.png).
"""


def test_a_block_names_its_file_by_its_title_or_by_the_sentence_above() -> None:
    assert [(block.language, block.file, block.line) for block in blocks(LESSON)] == [
        ("python", "app/songs.py", 6),
        ("python", "", 14),
        ("html", "app/page.html", 18),
    ]
    assert list(links(LESSON)) == [(21, "../docs/a.md#b"), (21, "p.png")]


def test_an_indented_fence_inside_a_block_does_not_end_the_block() -> None:
    text = "```yaml\nhints:\n  - |\n      ```python\n      a = 1\n      ```\n```\nProse.\n"

    assert list(paragraphs(text)) == [(8, "Prose.")]


def test_a_block_stands_in_a_file_whatever_its_indentation_and_with_gaps() -> None:
    code = blocks(LESSON)[0].lines

    assert stands_in(code, "class A:\n    def song():\n        x = 2\n        return 1\n")
    assert not stands_in(code, "def song():\n    return 2\n")
    assert not stands_in(("a", "b"), "a\nx\nb\n")


def test_wording_that_is_hard_to_read_is_named() -> None:
    hard = "A comment is taken down once; all else is 404."

    assert [problem.split(":")[0] for problem in wording_problems(hard, semicolons=False)] == [
        '"taken down"',
        '"all else"',
        "a semicolon",
    ]
    assert list(wording_problems("Deleting a missing comment returns 404.")) == []
    assert list(wording_problems("`whoever; all else` is code.", semicolons=False)) == []


def test_words_are_counted_without_code() -> None:
    assert len(prose_words("One two.\n\n```python\nthree four\n```\n| a | b |\n| --- | --- |\n")) == 4


def test_a_paragraph_goes_on_after_a_line_that_starts_in_bold() -> None:
    text = "One\n**two** three.\n- four\n> five\n> six\n"

    assert list(paragraphs(text)) == [(1, "One **two** three."), (3, "- four five six")]


def test_a_sentence_may_have_twenty_words() -> None:
    problem = "21 words in one sentence (at most 20): word word word word word word …"

    assert list(wording_problems("word " * 20 + "and. " + "word " * 3)) == [problem]
    assert list(wording_problems("word " * 20 + ". " + "word " * 20)) == []


def test_the_rule_wording_warns_and_never_fails(tmp_path: Path) -> None:
    template = tmp_path / "sound"
    shutil.copytree(SOUND, template)
    lesson = template / "steps/02-counting/lesson.md"
    lesson.write_text(lesson.read_text().replace("## Why\n", "## Why\n\nWhoever wants words\ncounts them.\n"))

    report = validated(template, tmp_path / "cache", ["02-counting"], [Rule.WORDING])

    assert report.is_clean
    assert any(
        (finding.severity, finding.file, finding.line) == (Severity.WARNING, "steps/02-counting/lesson.md", 7)
        for finding in report.findings
        if "Whoever" in finding.message
    )


# --- the documentation ----------------------------------------------------------------------------------------------


def test_every_rule_and_option_is_documented() -> None:

    text = (Path(__file__).parents[2] / "docs" / "validation.md").read_text("utf-8")
    commands = loaded_command_line().commands["template"].commands
    options = {word for name in ("validate", "matrix") for param in commands[name].params for word in param.opts}

    assert [rule.value for rule in Rule if f"`{rule.value}`" not in text] == []
    assert [word for word in sorted(options) if word.startswith("--") and f"`{word}" not in text] == []


def test_each_finding_in_the_guide_is_a_message_of_a_rule() -> None:
    guide = (ROOT / "docs/validation.md").read_text("utf-8")
    table = guide.partition("## What to do about a finding")[2].partition("\n## ")[0]
    fragments = re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)
    code = "".join(file.read_text("utf-8") for file in (ROOT / "src/starterkit/validation").rglob("*.py"))

    assert len(fragments) > 20
    assert [part for fragment in fragments for part in fragment.split("…") if part not in code] == []
