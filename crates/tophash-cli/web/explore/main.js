// Puts the page together: the session, the stage that shows it, the controls, and the tour.

import { drawChains } from "./buckets.js";
import { byId, counted, isCalm, thousands } from "./element.js";
import { drawHeader } from "./header.js";
import { hideTrace, markAgain, prepareLookUp, showTrace } from "./look-up.js";
import { drawOverview, prepareOverview } from "./overview.js";
import { prepareRace, redrawRace } from "./race.js";
import { Session } from "./session.js";
import { prepareShortcuts } from "./shortcuts.js";
import { Tour } from "./tour.js";

/** Chains whose cards are shown of a large map. */
const CARDS = 4;
/** A growth or a shrink that is run is shown in about so many frames. */
const FRAMES = 64;
const FRAME_TIME_MS = 30;
const TYPING_TIME_MS = 160;
const THEMES = ["auto", "light", "dark"];

const session = new Session();

/** What is shown of the map, beside what the session knows. */
const stage = {
  /** While the tour does steps that nobody is to watch. */
  isQuiet: false,
  /** The chains of a large map whose cards are shown. */
  chosen: [0],

  /** Looks a key up, and tells how. */
  async lookUp(key) {
    const trace = await session.trace(key);
    if (this.isQuiet) return trace;
    byId("key").value = key;
    await this.show(trace, { isAnimated: true });
    say(trace.found === null
      ? `“${key}” is not in the map.`
      : `“${key}” is in bucket ${trace.index}: ${trace.value}.`);
    return trace;
  },

  /** Shows a trace, and the bucket where it ends. */
  async show(trace, options) {
    if (session.view.overview) await this.choose([trace.index]);
    showTrace(trace, options);
  },

  /** Splits or merges until there is nothing more to do, and lets it be seen. */
  async runToEnd(kind) {
    const all = session.limits.steps;
    if (this.isQuiet || isCalm()) return session.operate({ do: kind, steps: all });
    for (;;) {
      const { half } = session.view.header;
      const steps = Math.min(all, Math.max(1, Math.ceil((half || session.view.header.buckets / 2) / FRAMES)));
      const { outcome } = await session.operate({ do: kind, steps });
      if (!outcome.is_more) return undefined;
      await new Promise((done) => { setTimeout(done, FRAME_TIME_MS); });
    }
  },

  /** Shows the cards of these chains of a large map. */
  async choose(indices, isStill = true) {
    const last = session.view.overview.entries.length - 1;
    this.chosen = [...new Set(indices.map((index) => Math.min(index, last)))];
    drawOverview(session.view, this.chosen);
    const parts = await Promise.all(runsOf(this.chosen).map(([from, count]) => session.chains(from, count)));
    drawChains(parts.flat(), session.view.header.state, isStill);
    markAgain();
  },
};

/** Neighbouring indices as `[from, count]`. */
function runsOf(indices) {
  const runs = [];
  for (const index of indices) {
    const run = runs.at(-1);
    if (run && run[0] + run[1] === index) run[1] += 1;
    else runs.push([index, 1]);
  }
  return runs;
}

const neighbours = (index) => Array.from({ length: CARDS }, (_, offset) => index + offset);

/** The chains that show what a growth or a shrink did last: the halves, and the one that is next. */
function atFrontier({ half, nevacuate, state }) {
  if (state === "shrinking") return nevacuate > 0 ? [nevacuate - 1, nevacuate, nevacuate - 1 + half] : [0];
  return nevacuate > 0 ? [nevacuate - 1, nevacuate, nevacuate - 1 + half] : [0, 1];
}

session.onChange(({ view, before, trace, outcome, operation }) => {
  byId("gone").hidden = true;
  document.body.dataset.map = session.id;
  if (stage.isQuiet) return;
  drawHeader(view.header, before?.header);
  drawMap(view, trace);
  if (trace) {
    const mode = operation.do === "remove" ? "remove" : "insert";
    showTrace(trace, { mode, outcome, isAnimated: false });
  } else {
    hideTrace();
  }
  say(sentenceOf(operation, outcome, view, before));
  enableControls(view.header);
});

function drawMap(view, trace) {
  const isLarge = view.overview !== null;
  byId("overview").hidden = !isLarge;
  byId("buckets-note").textContent = isLarge
    ? "One cell is one bucket with its chain; below are those that are framed"
    : view.chains.length ? "top: the tophash; 00 is a free slot" : "";
  if (!isLarge) {
    drawChains(view.chains, view.header.state, false);
    return;
  }
  const indices = trace ? [trace.index]
    : view.header.half > 0 ? atFrontier(view.header)
    : stage.chosen.length === CARDS ? stage.chosen : neighbours(stage.chosen[0]);
  attempt(() => stage.choose(indices, view.header.half === 0));
}

/** What an operation did, for everybody and for those who listen. */
function sentenceOf(operation, outcome, view, before) {
  const { count, buckets, state } = view.header;
  const growth = before && before.header.state !== "growing" && state === "growing" ? " A growth began." : "";
  const doubled = before && buckets > before.header.buckets && before.header.buckets > 0 && operation.do === "insert"
    ? ` The map grew to ${counted(buckets, "bucket")}.` : "";
  switch (operation.do) {
    case "start": return `A new map with ${entries(count)}.`;
    case "create": return `A new map with ${counted(buckets, "bucket")}.`;
    case "insert": return (outcome.replaced === null
      ? `“${operation.key}” was inserted.` : `“${operation.key}” was there; its value was exchanged.`) + growth + doubled;
    case "remove": return outcome.removed === null
      ? `“${operation.key}” is not in the map; nothing changed.` : `“${operation.key}” was deleted.`;
    case "clear": return "All entries are gone; the buckets stay.";
    case "random": return `${entries(operation.count)} more; ${thousands(count)} in all.${growth}`;
    case "thin": return `${entries(outcome.removed)} went; ${thousands(count)} are left.`;
    case "grow": return outcome.is_more ? `${thousands(view.header.nevacuate)} buckets are split.` : "There is nothing left to split.";
    case "shrink": return outcome.is_more ? `${counted(buckets, "bucket")} are left.` : `${counted(buckets, "bucket")}: as few as the entries allow.`;
    default: return "";
  }
}

const entries = (count) => `${thousands(count)} ${count === 1 ? "entry" : "entries"}`;

function enableControls(header) {
  const isGrowing = header.state === "growing" || (header.state === "shrinking");
  byId("grow-one").disabled = byId("grow-all").disabled = !isGrowing || header.state !== "growing";
  byId("clear").disabled = header.count === 0;
  byId("thin").disabled = header.count === 0;
}

function say(sentence) {
  byId("said").textContent = sentence;
}

/** Does something that may be refused, and says so. */
async function attempt(task) {
  try {
    return await task();
  } catch (error) {
    say(error.message);
    byId("said").dataset.kind = "refused";
    if (error.code === "gone" || error.code === "unreachable") {
      byId("gone-text").textContent = error.message;
      byId("gone").hidden = false;
    }
    if (error.code === undefined) throw error;
    return undefined;
  }
}

const onClick = (id, task) => byId(id).addEventListener("click", () => {
  delete byId("said").dataset.kind;
  attempt(task);
});

const numberIn = (id) => Math.trunc(Number(byId(id).value)) || 0;

function prepareControls() {
  const key = () => byId("key").value;
  const insert = () => session.operate({ do: "insert", key: key(), value: byId("value").value });
  byId("entry").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => (document.activeElement === byId("value") ? insert() : stage.lookUp(key())));
  });
  onClick("insert", insert);
  onClick("remove", () => session.operate({ do: "remove", key: key() }));
  onClick("random", () => session.operate({ do: "random", count: numberIn("random-count") }));
  onClick("thin", () => session.operate({ do: "thin", percent: numberIn("thin-percent") }));
  onClick("grow-one", () => session.operate({ do: "grow", steps: 1 }));
  onClick("grow-all", () => stage.runToEnd("grow"));
  onClick("shrink-one", () => session.operate({ do: "shrink", steps: 1 }));
  onClick("shrink-all", () => stage.runToEnd("shrink"));
  onClick("create", () => session.operate({ do: "create", capacity: numberIn("capacity") }));
  onClick("clear", () => session.operate({ do: "clear" }));
  onClick("new-map", () => session.operate({ do: "create", capacity: 0 }));
  onClick("from-file", () => session.start(true));
  onClick("start-anew", () => session.start(false));
  let typing = null;
  byId("key").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => attempt(async () => showTraceOf(key())), TYPING_TIME_MS);
  });
}

/** While a key is typed its look-up is shown at once, without an animation. */
async function showTraceOf(key) {
  const trace = await session.trace(key);
  if (key === byId("key").value) await stage.show(trace, {});
}

function prepareViews() {
  const show = (name) => {
    for (const view of ["map", "race"]) {
      byId(`view-${view}`).hidden = view !== name;
      byId(`show-${view}`).setAttribute("aria-pressed", view === name);
    }
    history.replaceState(null, "", name === "race" ? "#race" : "#map");
    if (name === "race") redrawRace();
  };
  byId("show-map").addEventListener("click", () => show("map"));
  byId("show-race").addEventListener("click", () => show("race"));
  if (location.hash === "#race") show("race");
}

function prepareTheme() {
  const apply = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    byId("theme").textContent = `Theme: ${theme}`;
    localStorage.setItem("tophash-theme", theme);
    if (session.view?.overview) drawOverview(session.view, stage.chosen);
    redrawRace();
  };
  const stored = localStorage.getItem("tophash-theme");
  let theme = THEMES.includes(stored) ? stored : "auto";
  apply(theme);
  byId("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    apply(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(theme));
}

function showFile() {
  if (!session.file) return;
  const { report, left_out } = session.file;
  const notes = [`${report.name}: ${thousands(report.lines)} lines, ${thousands(report.keys)} keys.`, ...left_out];
  byId("from-file").hidden = byId("file-note").hidden = false;
  byId("file-note").textContent = notes.join(" · ");
}

async function begin() {
  prepareTheme();
  prepareLookUp();
  prepareOverview((index) => attempt(() => stage.choose(neighbours(index))));
  prepareControls();
  prepareShortcuts();
  prepareRace(say);
  prepareViews();
  const tour = new Tour(session, stage, attempt);
  await attempt(() => session.start(true));
  showFile();
  // With a file one comes to see its keys, so the tour waits until it is asked for.
  if (session.file) tour.offer();
  else await tour.begin();
}

begin();
