// The guided tour: goes through the steps, each of which really does something to the tab's map.

import { byId, element, isCalm, prose } from "./element.js";
import { PHASES, STEPS } from "./phases.js";

/** What the steps may do. `stage` shows it; see `main.js`. */
class Guide {
  constructor(session, stage) {
    this.session = session;
    this.stage = stage;
  }

  operate(operation) {
    return this.session.operate(operation);
  }

  insert(key, value) {
    return this.operate({ do: "insert", key, value });
  }

  remove(key) {
    return this.operate({ do: "remove", key });
  }

  header() {
    return this.session.view.header;
  }

  count() {
    return this.header().count;
  }

  quietTrace(key) {
    return this.session.trace(key);
  }

  lookUp(key) {
    return this.stage.lookUp(key);
  }

  async fillTo(count) {
    const missing = count - this.count();
    if (missing > 0) await this.operate({ do: "random", count: missing });
  }

  /** The keys of the chain in which `key` is; of a small map, whose chains are all known. */
  chainOf(key) {
    const keysOf = (chain) =>
      chain.buckets.flatMap((bucket) => bucket.entries.map(([name]) => name));
    const chains = this.session.view.chains ?? [];
    return chains.map(keysOf).find((keys) => keys.includes(key)) ?? [];
  }

  /** Looks up a key whose own bucket the growth has not made yet. Every second one is such. */
  async lookUpUnsplit() {
    const { half } = this.header();
    const chains = await this.session.chains(half - 8, 8);
    const buckets = chains.flatMap((chain) => chain.buckets);
    const keys = buckets.flatMap((bucket) => bucket.entries.map(([name]) => name));
    for (const key of keys) {
      const trace = await this.session.trace(key);
      if (trace.unsplit !== null) return this.lookUp(key);
    }
    return this.lookUp(keys[0] ?? "erin");
  }

  growToEnd() {
    return this.stage.runToEnd("grow");
  }

  shrinkToEnd() {
    return this.stage.runToEnd("shrink");
  }
}

export class Tour {
  #guide;
  #place = 0;
  #isBusy = false;
  /** Whether somebody else has changed the map since the last step. */
  #isStale = false;
  #attempt;

  constructor(session, stage, attempt) {
    this.#guide = new Guide(session, stage);
    this.#attempt = attempt;
    session.onChange(() => {
      if (this.#isBusy) return;
      this.#isStale = true;
      byId("tour-stale").hidden = this.#place < 0;
    });
    byId("tour-next").addEventListener("click", () => this.next());
    byId("tour-back").addEventListener("click", () => this.back());
    byId("tour-phases").append(...PHASES.map((name, phase) => this.#phaseItem(name, phase)));
  }

  /** Does the first step. */
  begin() {
    return this.#goTo(0);
  }

  /** Invites to the tour, and leaves the map as it is. */
  offer() {
    this.#place = -1;
    this.#isStale = true;
    byId("tour-phase").textContent = "A tour in six phases";
    byId("tour-title").textContent = "The life of a map";
    const text =
      "Twenty steps, each of which does something to the map and says what is seen. The tour begins with an empty map; to come back to the file's keys there is a button below.";
    byId("tour-text").replaceChildren(element("p", {}, text));
    byId("tour-back").disabled = true;
    byId("tour-next").textContent = "Begin";
    document.body.dataset.tour = "ready";
  }

  next() {
    if (this.#place + 1 < STEPS.length) return this.#goTo(this.#place + 1);
    return this.#goTo(0);
  }

  back() {
    return this.#place > 0 ? this.#goTo(this.#place - 1) : undefined;
  }

  #phaseItem(name, phase) {
    const first = STEPS.findIndex((step) => step.phase === phase);
    const button = element(
      "button",
      {
        type: "button",
        "aria-label": `Phase ${phase + 1}: ${name}`,
        onclick: () => this.#goTo(first),
      },
      element("span", { "aria-hidden": "true" }, String(phase + 1)),
    );
    return element("li", { title: name }, button);
  }

  /** Does a step, or, unless it is the one after the last, all steps up to it on a new map. */
  async #goTo(place) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    document.body.dataset.tour = "busy";
    await this.#attempt(async () => {
      const isNext = place === this.#place + 1 && !this.#isStale;
      if (!isNext) {
        this.#guide.stage.isQuiet = true;
        for (const step of STEPS.slice(0, place)) await step.run(this.#guide);
      }
      this.#guide.stage.isQuiet = false;
      const found = await STEPS[place].run(this.#guide);
      this.#place = place;
      this.#isStale = false;
      this.#show(STEPS[place].text(found));
    });
    this.#guide.stage.isQuiet = false;
    this.#isBusy = false;
    document.body.dataset.tour = "ready";
  }

  #show(paragraphs) {
    const step = STEPS[this.#place];
    byId("tour-phase").textContent =
      `Phase ${step.phase + 1} of ${PHASES.length}: ${PHASES[step.phase]}`;
    byId("tour-title").textContent = step.title;
    byId("tour-stale").hidden = true;
    byId("tour-code").textContent = step.code;
    byId("tour-code").hidden = !step.code;
    byId("tour-text").replaceChildren(...paragraphs.map((text) => element("p", {}, prose(text))));
    byId("tour-place").textContent = `${this.#place + 1} of ${STEPS.length}`;
    byId("tour-back").disabled = this.#place === 0;
    byId("tour-next").textContent = this.#place + 1 === STEPS.length ? "Begin again" : "Next";
    [...byId("tour-phases").children].forEach((item, phase) => {
      item.classList.toggle("done", phase < step.phase);
      item.firstChild.ariaCurrent = phase === step.phase ? "step" : null;
    });
    byId("tour").dataset.step = this.#place;
    if (this.#place > 0 && !isCalm())
      byId("tour-text").animate([{ opacity: 0.3 }, { opacity: 1 }], 200);
  }
}
