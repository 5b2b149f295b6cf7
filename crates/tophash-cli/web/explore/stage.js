// Shows the session's map: header, buckets or overview, the look-up, and what was done.

import { drawChains } from "./buckets.js";
import { byId, isCalm } from "./element.js";
import { drawHeader } from "./header.js";
import { hideTrace, markAgain, showTrace } from "./look-up.js";
import { drawOverview } from "./overview.js";
import { foundSentence, sentenceOf } from "./sentences.js";

/** Chains whose cards are shown of a large map. */
const CARDS = 4;
/** A growth or a shrink that is run is shown in about so many frames. */
const FRAMES = 64;
const FRAME_TIME_MS = 30;

export class Stage {
  /** While the tour does steps that nobody is to watch. */
  isQuiet = false;
  /** The chains of a large map whose cards are shown. */
  #chosen = [0];
  /** Which drawing of buckets is the latest: cards that arrive late are not drawn. */
  #drawing = 0;
  #session;

  constructor(session) {
    this.#session = session;
    session.onChange((change) => this.#onChange(change));
  }

  /** Looks a key up, and tells how. */
  async lookUp(key) {
    const trace = await this.#session.trace(key);
    if (this.isQuiet) return trace;
    byId("key").value = key;
    await this.show(trace, { isAnimated: true });
    say(foundSentence(key, trace));
    return trace;
  }

  /** Shows a trace, and the bucket where it ends. */
  async show(trace, options) {
    if (this.#session.view.overview) await this.#choose(this.#withTwin(trace.index));
    showTrace(trace, options);
  }

  /** Splits or merges until there is nothing more to do, and lets it be seen. */
  async runToEnd(kind) {
    const session = this.#session;
    const all = session.limits.steps;
    if (this.isQuiet || isCalm()) return session.operate({ do: kind, steps: all });
    for (;;) {
      const { half, buckets } = session.view.header;
      const steps = Math.max(1, Math.ceil((half || buckets / 2) / FRAMES));
      const { outcome } = await session.operate({ do: kind, steps: Math.min(all, steps) });
      if (!outcome.is_more) return undefined;
      await new Promise((done) => {
        setTimeout(done, FRAME_TIME_MS);
      });
    }
  }

  /** Shows the cards of a chain of a large map, and of those after it. */
  showFrom(index) {
    return attempt(() => this.#choose(neighbours(index)));
  }

  /** Draws with the colours of a theme that has changed. */
  redraw() {
    const { view } = this.#session;
    if (view?.overview) drawOverview(view, this.#chosen);
  }

  #onChange({ view, before, trace, outcome, operation }) {
    byId("gone").hidden = true;
    document.body.dataset.map = this.#session.id;
    if (this.isQuiet) return;
    drawHeader(view.header, before?.header);
    this.#drawMap(view, trace);
    if (trace) showTrace(trace, { mode: operation.do, outcome });
    else hideTrace();
    say(sentenceOf(operation, outcome, view, before));
    const { count, state } = view.header;
    byId("grow-one").disabled = byId("grow-all").disabled = state !== "growing";
    byId("clear").disabled = byId("thin").disabled = count === 0;
  }

  #drawMap(view, trace) {
    const isLarge = view.overview !== null;
    byId("overview").hidden = !isLarge;
    byId("buckets-note").textContent = noteOf(view);
    if (isLarge) {
      const indices = trace ? this.#withTwin(trace.index) : this.#indicesFor(view.header);
      attempt(() => this.#choose(indices));
    } else {
      this.#drawing += 1;
      byId("buckets").ariaBusy = "false";
      drawChains(view.chains, view.header.state, true);
    }
  }

  /** A chain, and the other half of it if a growth has split it. */
  #withTwin(index) {
    const { half, nevacuate } = this.#session.view.header;
    if (index < nevacuate) return [index, index + half];
    return half > 0 && index >= half ? [index - half, index] : [index];
  }

  #indicesFor(header) {
    if (header.half > 0) return atFrontier(header);
    return this.#chosen.length === CARDS ? this.#chosen : neighbours(this.#chosen[0]);
  }

  /** Draws the overview and the cards of these chains, which are fetched. */
  async #choose(indices) {
    const session = this.#session;
    this.#drawing += 1;
    const drawing = this.#drawing;
    const last = session.view.overview.entries.length - 1;
    this.#chosen = [...new Set(indices.map((index) => Math.min(index, last)))];
    drawOverview(session.view, this.#chosen);
    byId("buckets").ariaBusy = "true";
    const runs = runsOf(this.#chosen);
    const parts = await Promise.all(runs.map(([from, count]) => session.chains(from, count)));
    if (drawing !== this.#drawing) return;
    drawChains(parts.flat(), session.view.header.state, false);
    markAgain();
    byId("buckets").ariaBusy = "false";
  }
}

/** Says what was done, where it is seen and where it is read aloud. */
export function say(sentence) {
  byId("said").textContent = sentence;
}

/** Does something that may be refused, and says so. */
export async function attempt(task) {
  delete byId("said").dataset.kind;
  try {
    return await task();
  } catch (error) {
    // Without a code it is no refusal but a mistake of this page's, which belongs in the console.
    if (error.code === undefined) throw error;
    const isOver = error.code === "gone" || error.code === "unreachable";
    byId("gone").hidden = !isOver;
    byId("gone-text").textContent = isOver ? error.message : "";
    byId("said").dataset.kind = "refused";
    say(isOver ? "Nothing was done." : error.message);
    return undefined;
  }
}

function noteOf(view) {
  if (view.overview)
    return "One cell is one bucket with its chain; below are those that are framed";
  return view.chains.length ? "top: the tophash; 00 is a free slot" : "";
}

const neighbours = (index) => Array.from({ length: CARDS }, (_, offset) => index + offset);

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

/** The chains that show what a growth or a shrink did last: the halves, and the one beside them. */
function atFrontier({ half, nevacuate }) {
  return nevacuate > 0 ? [nevacuate - 1, nevacuate, nevacuate - 1 + half] : [0, 1];
}
