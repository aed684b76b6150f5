"use strict";

// The page of `starterkit guide`. The server sends the whole state once, and then each change. Texts go into the page as
// text. Only the lesson and the hints are HTML, which the server renders from Markdown without any HTML of its author.

const $ = (id) => document.getElementById(id);
const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
const TOKEN = meta("guide-token");
const SITE = meta("site-origin");
const PARTS = ["lesson", "tests", "site", "diff", "solution", "map"];
const WIDE = matchMedia("(min-width: 1180px)");
const MEDIUM = matchMedia("(min-width: 820px)");

let state = null;
let part = "lesson"; // the selected tab
let frame = null;
let announced = "";
let solutionOf = ""; // the step whose solution is shown, and how
let compares = false; // the tab "Solution" shows both sides
let waiting = false; // a button's action runs

// ---- small helpers

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function show(id, visible) {
  $(id).hidden = !visible;
}

function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// `code` in a line of text becomes a code element.
function withCode(text) {
  return text.split(/(`[^`]+`)/).map((piece) =>
    piece.length > 2 && piece.startsWith("`") && piece.endsWith("`") ? el("code", {}, piece.slice(1, -1)) : piece);
}

// A message has several lines. Lines with HTML or with a program's output keep their form.
function message(...texts) {
  const nodes = [];
  let block = null;
  for (const line of texts.filter(Boolean).join("\n").split("\n")) {
    if (/^(<|\s{2,}|Traceback|\s*File ")/.test(line)) {
      block = block || nodes[nodes.push(el("pre", { tabindex: "0" })) - 1];
      block.append(line + "\n");
    } else {
      block = null;
      if (line.trim()) nodes.push(el("p", {}, ...withCode(line)));
    }
  }
  return nodes;
}

// A region that scrolls sideways must be reachable with the keyboard.
function markScrollable() {
  for (const panel of document.querySelectorAll(".panel")) panel.tabIndex = panel.scrollHeight > panel.clientHeight + 1 ? 0 : -1;
  for (const box of document.querySelectorAll(".prose pre, .prose .table, .diff, #first-log, #printed-text, .source")) {
    const name = box.classList.contains("table") ? "Table" : "Code";
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", name);
    } else {
      box.removeAttribute("tabindex");
      box.removeAttribute("role");
      box.removeAttribute("aria-label");
    }
  }
}

// ---- tests

const isRed = (test) => test.outcome === "failed" || test.outcome === "did not run";
const NOT_HERE = "not on this system";
const WORDS = { passed: "passes", failed: "fails", "did not run": "did not run", waiting: "waits", [NOT_HERE]: NOT_HERE };
const SIGNS = { passed: "✓", failed: "✕", "did not run": "✕", waiting: "○", [NOT_HERE]: "–" };

function counts(tests) {
  return { passed: tests.filter((test) => test.outcome === "passed").length, total: tests.length };
}

function testItem(test) {
  const kind = isRed(test) ? "failed" : test.outcome === "passed" ? "passed" : "waiting";
  return el("li", { class: kind + (test.isOld ? " old" : ""), title: test.id },
    el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[test.outcome]),
    el("span", {}, test.sentence, ...(test.outcome === NOT_HERE ? [el("span", { class: "quiet" }, ` (${NOT_HERE})`)]
      : [el("span", { class: "hidden" }, `: ${WORDS[test.outcome]}`)])));
}

// Only the core decides whether a step is done. Stretch tests and tests for other systems don't count.
const core = (tests) => tests.filter((test) => test.counts);
const stretch = (tests) => tests.filter((test) => test.isStretch && !test.counts && test.outcome !== NOT_HERE);
const apart = (tests) => tests.filter((test) => test.isStretch && !test.counts);

function isGreen() {
  return state.phase === "done" && state.tests.length > 0 && !core(state.tests).some(isRed);
}

function passing(all, more) {
  const numbers = more.total ? `. ${more.passed} of ${more.total} stretch tests pass` : "";
  return `${all.passed} of ${all.total} tests pass${numbers}`;
}

function currentTests() {
  const name = state.step ? state.step.name : "base";
  return state.tests.filter((test) => test.step === name);
}

function renderTests() {
  const current = currentTests();
  const earlier = state.tests.filter((test) => !current.includes(test));
  const all = counts(core(state.tests));
  const more = counts(stretch(state.tests));
  const own = counts(core(current));
  const running = state.phase === "running" || state.phase === "starting";
  const failing = core(state.tests).find(isRed);
  const green = isGreen();
  const first = failing || (green ? stretch(state.tests).find(isRed) : undefined);

  document.body.dataset.phase = green ? "green" : running ? "running" : state.phase === "trouble" || failing ? "red" : state.phase;
  setText("count", all.total ? passing(all, more) : "Starting …");
  $("bar-passed").style.width = all.total ? `${(100 * all.passed) / all.total}%` : "0";
  const line = state.busy || (running ? "Running the tests …"
    : state.phase === "done" ? `The tests took ${state.seconds.toFixed(1)} s.` : "");
  setText("run-line", line);
  setText("pill-text", running ? "Running …" : state.phase === "trouble" ? "Tests can't run" : green ? (first ? "Tests pass" : "All tests pass")
    : `${plural(all.total - all.passed, "test")} left`);

  show("trouble", state.phase === "trouble");
  if (state.trouble) $("trouble-text").replaceChildren(...message(state.trouble.message, state.trouble.fix));
  renderFirst(first);
  show("green", green);
  if (green) renderGreen(all, more);

  setText("step-title", state.step ? "This step" : "The starter project");
  setText("step-count", `${own.passed} of ${own.total}`);
  const extra = apart(current);
  const listed = current.filter((test) => !extra.includes(test));
  const extraCounts = counts(stretch(current));
  $("step-tests").replaceChildren(...listed.map(testItem));
  show("stretch", extra.length > 0);
  setText("stretch-count", `${extraCounts.passed} of ${extraCounts.total}`);
  $("stretch-tests").replaceChildren(...extra.map(testItem));
  const task = $("task-tests");
  if (task) {
    task.replaceChildren(el("p", { class: "eyebrow" }, `Tests of this task: ${own.passed} of ${own.total} pass`),
      el("ul", { class: "tests" }, ...listed.map(testItem)));
    if (extra.length) {
      task.append(el("p", { class: "eyebrow" }, `Stretch tests: ${extraCounts.passed} of ${extraCounts.total} pass`),
        el("ul", { class: "tests" }, ...extra.map(testItem)));
    }
  }
  const before = counts(core(earlier));
  show("earlier", earlier.length > 0);
  setText("earlier-count", `${before.passed} of ${before.total}`);
  $("earlier-tests").replaceChildren(...earlier.map(testItem));
  if (core(earlier).some(isRed)) $("earlier").open = true;
  const mine = counts(state.own);
  show("own", state.own.length > 0);
  setText("own-count", `${mine.passed} of ${mine.total}`);
  $("own-tests").replaceChildren(...state.own.map(testItem));

  if (state.phase === "done") {
    announce(failing ? `${passing(all, more)}. First failing test: ${failing.sentence}`
      : more.total ? `${passing(all, more)}.` : `All ${plural(all.total, "test")} pass.`);
  } else if (state.phase === "trouble") {
    announce(`The tests can't run. ${state.trouble.message}`);
  }
}

function renderFirst(first) {
  show("first", Boolean(first) && state.phase !== "trouble");
  if (!first) return;
  $("first").classList.toggle("old", Boolean(first.isOld));
  setText("first-eyebrow", state.blocker ? "Fix this first" : first.counts ? "First failing test" : "Stretch test");
  setText("first-title", state.blocker ? "A problem stops the tests" : first.sentence);
  $("first-message").replaceChildren(...message(state.problem, first.message), ...sourceLine(first));
  show("printed", Boolean(first.output));
  setText("printed-text", first.output || "");
  const places = [first.place && `Start at ${first.place}`, first.testPlace && `Test: ${first.testPlace}`].filter(Boolean);
  setText("first-place", places.join("  ·  "));
  const log = first.details || state.log;
  show("first-details", Boolean(log));
  setText("first-log", log || "");
  const hints = state.hints && state.hints.test === first.id ? state.hints : { shown: [], total: 0 };
  const items = hints.shown.map((html, number) =>
    el("li", {}, el("span", { class: "eyebrow" }, `Hint ${number + 1} of ${hints.total}`), fragment(html)));
  if ($("hints").childElementCount !== items.length || $("hints").dataset.test !== first.id) {
    $("hints").replaceChildren(...items);
    $("hints").dataset.test = first.id;
  }
  show("hints", items.length > 0);
  show("hint", !state.blocker && (!hints.total || hints.shown.length < hints.total));
  setText("hint-label", hints.shown.length ? `Next hint (${hints.shown.length + 1} of ${hints.total})` : "Give me a hint");
}

// The line of the learner's code, with a caret below the place of a syntax error.
function sourceLine(test) {
  if (!test.source) return [];
  const caret = test.caret === null ? "" : `\n${test.source.slice(0, test.caret).replace(/[^\t]/g, " ")}^`;
  return [el("pre", { class: "source" }, test.source + caret)];
}

function renderGreen(all, more) {
  const end = state.isLast;
  setText("green-title", `All ${plural(all.total, more.total ? "core test" : "test")} pass`);
  const extra = more.total ? ` ${more.passed} of ${more.total} stretch tests pass.` : "";
  setText("green-text", !state.step ? "Your starter project works. Now start the first step."
    : end ? "That was the last step. Your site is complete."
    : `${state.step.label} is done.${extra}`);
  setText("next-label", !state.step ? "Start the first step" : end ? "Save your work" : "Start the next step");
  show("compare", Boolean(state.step));
}

function announce(text) {
  if (text === announced) return;
  announced = text;
  setText("announcer", text);
}

// The server renders this HTML from Markdown, without HTML of its author.
function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// ---- lesson, map and buttons

let lessonShown = null;

// The server's word for a step needs a whole check, which the engine's quick runs are not.
function standingOf(step) {
  const place = state.steps.indexOf(step);
  const here = state.steps.findIndex((each) => state.step && each.name === state.step.name);
  if (place !== here) return place < here ? "done" : "to come";
  return isGreen() ? "done" : "here";
}

function renderProject() {
  setText("where", state.project || "");
  setText("path-title", state.step ? `${state.path} · step ${Number(state.step.name.slice(0, 2))} of ${state.steps.length}` : `${state.path} · starter project`);
  show("lesson-text", Boolean(state.step));
  show("base-text", !state.step);
  if (state.lesson !== lessonShown) {
    lessonShown = state.lesson;
    $("lesson-text").replaceChildren(fragment(state.lesson));
    $("lesson").scrollTop = 0;
    for (const box of document.querySelectorAll("#lesson-text h2:first-child")) document.title = `${box.textContent} · starterkit guide`;
  }
  const current = state.step ? state.step.name : "";
  const rows = state.steps.map((step) => [step, standingOf(step)]);
  $("pips").replaceChildren(...rows.map(([step, standing]) =>
    el("li", { class: standing.replace(" ", "-"), title: step.label },
      el("span", { class: "hidden" }, `${step.label}: ${standing}`))));
  $("steps").replaceChildren(...rows.map(([step, standing]) =>
    el("li", { class: standing.replace(" ", "-"), ...(step.name === current ? { "aria-current": "step" } : {}) },
      el("span", { class: "sign", "aria-hidden": "true" }, standing === "done" ? "✓" : step.name.slice(0, 2)),
      el("div", {}, el("strong", {}, step.title),
        el("span", { class: "standing" }, step.name === current ? "you are here" : standing),
        el("p", {}, step.summary),
        el("p", { class: "quiet" }, `about ${step.minutes} minutes · ${plural(step.tests, "test")}${step.stretch ? ` and ${plural(step.stretch, "stretch test")}` : ""}`)))));
  show("undo", Boolean(state.undo));
  setText("undo-label", `Undo “${state.undo}”`);
  const now = `${state.step ? state.step.name : ""}`;
  if (solutionOf !== now) resetSolution(now);
}

// ---- the site

function renderSite() {
  const site = state.site;
  const runs = site.name === "running";
  show("site-state", !runs);
  if (frame) frame.hidden = !runs;
  if (document.activeElement !== $("address")) $("address").value = state.page;
  $("open").href = SITE + state.page;
  if (!runs) {
    const starts = site.name === "starting";
    setText("site-title", starts ? "The site is starting …" : "The site isn't running");
    $("site-text").replaceChildren(...message(starts ? state.siteLine : site.message, starts ? "" : site.fix));
    show("restart", !starts);
    show("reset", site.canReset);
  } else if (!frame) {
    frame = el("iframe", {
      title: "Your site",
      // Forms, scripts and cookies work. The site can't leave the frame, and its origin is not the guide's.
      sandbox: "allow-forms allow-scripts allow-same-origin allow-popups allow-modals allow-downloads",
      src: SITE + state.page,
    });
    $("frame").replaceChildren(frame);
  }
}

// `replace` adds nothing to the browser's history.
function loadFrame(path) {
  if (frame) frame.contentWindow.location.replace(SITE + path);
}

// ---- diffs

function diffBlock(text) {
  const lines = text.replace(/\n$/, "").split("\n").filter((line) => !/^(diff --git|index |--- |\+\+\+ |new file|old mode|new mode|deleted file|similarity)/.test(line));
  return el("pre", { class: "diff" }, ...lines.map((line) => {
    const kind = line.startsWith("@@") ? "hunk" : line[0] === "+" ? "added" : line[0] === "-" ? "removed" : "same";
    return el("span", { class: kind }, line + "\n");
  }));
}

function fileBlock(path, ...content) {
  return el("article", { class: "file" }, el("h3", {}, path), ...content);
}

async function renderDiff() {
  const result = await act("diff", {}, true);
  if (!result) return;
  const files = result.error ? [] : result.files;
  $("diff-files").replaceChildren(
    ...(result.error ? message(result.error.message, result.error.fix)
      : files.length ? files.map((file) => fileBlock(file.path, diffBlock(file.diff)))
      : [el("p", { class: "quiet" }, "You haven't changed your code in this step yet.")]));
  markScrollable();
}

function resetSolution(step) {
  compares = false;
  solutionOf = step;
  setText("solution-title", "The solution");
  $("solution-files").replaceChildren();
  show("question", true);
  show("solve-box", false);
}

function renderSolution(result) {
  if (result.error) {
    $("solution-files").replaceChildren(...message(result.error.message, result.error.fix));
    return;
  }
  setText("solution-title", `The solution of ${result.label}`);
  show("question", false);
  show("solve-box", !state.solved);
  $("solution-files").replaceChildren(...(result.files.length
    ? [el("p", { class: "quiet" }, "Lines with − are from your code. Lines with + are from the solution."),
      ...result.files.map((file) => fileBlock(file.path, diffBlock(file.diff)))]
    : [el("p", {}, "Your code already matches the solution.")]));
  markScrollable();
}

function renderComparison(result) {
  compares = true;
  setText("solution-title", `Your code and the solution of ${result.label}`);
  show("question", false);
  show("solve-box", false);
  const notes = (list) => (list.length ? [el("ul", { class: "notes" }, ...list.map((note) => el("li", {}, fragment(note))))] : []);
  const side = (title, diff) => el("div", {}, el("h4", {}, title),
    diff ? diffBlock(diff) : el("p", { class: "quiet" }, "No change."));
  $("solution-files").replaceChildren(...notes(result.notes), ...result.files.map((file) =>
    fileBlock(file.path, ...notes(file.notes), el("div", { class: "sides" }, side("Yours", file.yours), side("Solution", file.solution)))));
  markScrollable();
}

// ---- actions

async function act(name, options = {}, quietly = false) {
  if (!quietly) setWaiting(true);
  try {
    const response = await fetch(`/api/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Guide-Token": TOKEN },
      body: JSON.stringify(options),
    });
    if (response.status === 403) return { error: { message: await response.text(), fix: "" } };
    return await response.json();
  } catch {
    return { error: { message: "The guide doesn't answer.", fix: "Start it again: `starterkit guide`." } };
  } finally {
    if (!quietly) setWaiting(false);
  }
}

// aria-disabled keeps the focus on the button, and `disabled` would lose it.
function setWaiting(value) {
  waiting = value;
  for (const button of document.querySelectorAll("button[data-action]")) button.setAttribute("aria-disabled", String(value));
}

function answer(result, choices = []) {
  show("answer", true);
  $("answer").classList.toggle("error", Boolean(result.error));
  $("answer-text").replaceChildren(...(result.error ? message(result.error.message, result.error.fix) : message(result.text)));
  $("answer-choices").replaceChildren(...choices);
}

const CONFLICT = [
  ["Keep my lines", "--keep-mine", { settle: "mine" }],
  ["Use the path's lines", "--take-theirs", { settle: "theirs" }],
  ["Write both versions, with conflict markers", "--markers", { settle: "markers" }],
];

// An error whose fix names options gets a button for each of them.
function choicesFor(name, result) {
  const fix = result.error ? result.error.fix : "";
  const options = [...CONFLICT, ["Replace every file of the learning path", "--replace", { replace: true }],
    ["Commit these files too", "--save-large", { saveLarge: true }],
    ["Leave these files out of the commit", "--leave-out", { leaveOut: true }]];
  return options.filter(([, flag]) => fix.includes(flag)).map(([label, flag, values]) => {
    const button = el("button", {}, `${label} `, el("kbd", {}, `starterkit ${name} ${flag}`));
    button.addEventListener("click", () => perform(name, values));
    return button;
  });
}

async function perform(name, options = {}) {
  if (waiting) return;
  if (name === "reset") [name, options] = ["restart", { reset: true }];
  const result = await act(name, options);
  if (name === "solution") return renderSolution(result);
  if (name === "compare") {
    if (result.error) return answer(result);
    renderComparison(result);
    return select("solution", true);
  }
  if (name === "restart" || name === "check") return undefined;
  answer(result, choicesFor(name, result));
  if (name === "hint" && !result.error && /^Hint /.test(result.text)) show("answer", false);
  if (result.started) select("lesson", true);
  if (name === "solve") select("tests", true);
  if (part === "diff") renderDiff();
  return undefined;
}

// ---- tabs and layout

function layout() {
  return WIDE.matches ? "wide" : MEDIUM.matches ? "medium" : "narrow";
}

function select(name, focus = false) {
  part = name;
  applyLayout();
  if (name === "diff") renderDiff();
  if (focus) $(name).focus({ preventScroll: layout() !== "narrow" });
}

function applyLayout() {
  const now = layout();
  const always = now === "wide" ? ["lesson", "tests"] : now === "medium" ? ["tests"] : [];
  const inTabs = PARTS.filter((name) => !always.includes(name));
  const chosen = inTabs.includes(part) ? part : now === "wide" ? "site" : "lesson";
  document.body.dataset.layout = now;
  document.body.classList.toggle("comparing", compares && chosen === "solution"); // two diffs need the room of the lesson
  show("parts", now === "narrow");
  show("tabs", now !== "narrow");
  show("tab-lesson", now === "medium");
  for (const name of PARTS) {
    const panel = $(name);
    panel.hidden = inTabs.includes(name) && name !== chosen;
    if (inTabs.includes(name)) panel.setAttribute("role", "tabpanel");
    else panel.removeAttribute("role");
  }
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const selected = tab.dataset.part === chosen;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  // In the middle layout the lesson is one of the tabs, so it moves into their column.
  if (now === "medium") $("side").insertBefore($("lesson"), $("site"));
  else $("tests").before($("lesson"));
  markScrollable();
}

function onTabKey(event) {
  const tabs = [...event.currentTarget.querySelectorAll("[role=tab]")].filter((tab) => !tab.hidden);
  const place = tabs.indexOf(document.activeElement);
  const moves = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 };
  if (!(event.key in moves) || place < 0) return;
  event.preventDefault();
  const tab = tabs[(moves[event.key] + tabs.length) % tabs.length];
  select(tab.dataset.part);
  tab.focus();
}

// ---- events

let renderWanted = false;

function render() {
  if (renderWanted) return;
  renderWanted = true;
  requestAnimationFrame(() => {
    renderWanted = false;
    renderProject();
    renderTests();
    renderSite();
    markScrollable();
  });
}

function connect() {
  const events = new EventSource("/events");
  const on = (name, take) => events.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("state", (data) => {
    if (state && state.start !== data.start) location.reload(); // another guide: it needs another token
    show("lost", false);
    state = data;
    render();
  });
  on("patch", (data) => {
    const ranBefore = state.site.name === "running";
    Object.assign(state, data);
    if (data.site && data.site.name === "running" && !ranBefore && frame) loadFrame(state.page);
    if (data.phase === "running") show("answer", false);
    if (data.phase === "done" && part === "diff") renderDiff();
    render();
  });
  on("verdict", (data) => {
    state.tests = state.tests.map((test) => (test.id === data.id ? data : test));
    render();
  });
  on("reload", (data) => loadFrame(data.page));
  events.onerror = () => {
    $("lost").replaceChildren(...withCode("The guide has stopped. Start it again: `starterkit guide`."));
    show("lost", true);
  };
}

for (const button of document.querySelectorAll("button[data-action]")) {
  button.addEventListener("click", () => perform(button.dataset.action));
}
for (const list of [$("parts"), $("tabs")]) {
  list.addEventListener("keydown", onTabKey);
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) select(tab.dataset.part);
  });
}
$("home").addEventListener("click", () => loadFrame("/"));
$("reload").addEventListener("click", () => loadFrame(state.page));
$("address").addEventListener("keydown", (event) => {
  if (event.key === "Enter") loadFrame(`/${$("address").value.trim().replace(/^\/+/, "")}`);
});
$("not-yet").addEventListener("click", () => select("tests", true));
$("first-details").addEventListener("toggle", markScrollable);
WIDE.addEventListener("change", applyLayout);
MEDIUM.addEventListener("change", applyLayout);
addEventListener("resize", markScrollable);
applyLayout();
connect();
