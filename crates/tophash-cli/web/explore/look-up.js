// Tells a look-up step by step: the bits of the hash, then sentences, with marks on the buckets.

import { clearMarks, mark } from "./buckets.js";
import { byId, counted, element, hexByte, isCalm, prose } from "./element.js";

const STEP_TIME_MS = 850;
const TOPHASH_BITS = 7;
const INDEX_SHIFT = 32;

let steps = [];
let shown = 0;
let timer = null;

export function prepareLookUp() {
  byId("look-up-step").addEventListener("click", () => {
    stop();
    advance();
  });
  byId("look-up-replay").addEventListener("click", () => play());
}

/**
 * Shows a trace. `mode` is "look up", "insert" or "remove"; `outcome` is the operation's.
 * Unless it is animated, all steps are there at once.
 */
export function showTrace(trace, { mode = "look up", outcome = {}, isAnimated = false } = {}) {
  stop();
  const titles = { "look up": "A look-up", insert: "An insertion", remove: "A deletion" };
  byId("look-up-title").textContent = `${titles[mode]}, step by step`;
  byId("look-up").hidden = false;
  drawBits(trace);
  steps = stepsOf(trace, mode, outcome);
  byId("steps").replaceChildren(
    ...steps.map((step) => element("li", { class: `step ${step.kind ?? ""}` }, prose(step.text))),
  );
  if (isAnimated && !isCalm()) play();
  else showUpTo(steps.length);
}

export function hideTrace() {
  stop();
  steps = [];
  shown = 0;
  byId("look-up").hidden = true;
  clearMarks();
}

/** Puts the marks back after buckets were drawn anew. */
export function markAgain() {
  showUpTo(shown);
}

function play() {
  stop();
  showUpTo(1);
  timer = setInterval(advance, STEP_TIME_MS);
}

function stop() {
  clearInterval(timer);
  timer = null;
}

function advance() {
  if (shown < steps.length) showUpTo(shown + 1);
  if (shown >= steps.length) stop();
}

function showUpTo(count) {
  shown = Math.min(count, steps.length);
  clearMarks();
  [...byId("steps").children].forEach((item, index) => {
    item.hidden = index >= shown;
    item.ariaCurrent = index === shown - 1 ? "step" : null;
  });
  for (const step of steps.slice(0, shown)) step.paint?.();
  const isDone = shown === steps.length;
  byId("steps").dataset.done = isDone;
  byId("look-up-step").disabled = isDone;
}

/** The 64 bits, with those that make the tophash and the index. */
function drawBits(trace) {
  const bits = BigInt(trace.hash).toString(2).padStart(64, "0");
  const groups = [];
  for (let start = 0; start < 64; start += 8) {
    const group = [...bits.slice(start, start + 8)].map((bit, offset) =>
      element("i", { class: bitKind(63 - start - offset, trace.b) }, bit),
    );
    groups.push(element("span", { class: "byte" }, group));
  }
  byId("bits").replaceChildren(
    element("div", { class: "bit-groups" }, groups),
    element(
      "p",
      { class: "bit-legend" },
      element(
        "span",
        { class: "bit-key tophash" },
        `tophash: 7 highest bits, ${hexByte(trace.tophash)}`,
      ),
      element(
        "span",
        { class: "bit-key index" },
        trace.b === 0
          ? "index: no bit, for there is one bucket"
          : `index: ${counted(trace.b, "bit")} above the middle, bucket ${namedIndex(trace)}`,
      ),
    ),
  );
  byId("bits").setAttribute(
    "aria-label",
    `Hash ${trace.hash}; tophash ${hexByte(trace.tophash)}; index bits name bucket ${namedIndex(trace)}`,
  );
}

function bitKind(place, b) {
  if (place >= 64 - TOPHASH_BITS) return "tophash";
  return place >= INDEX_SHIFT && place < INDEX_SHIFT + b ? "index" : null;
}

const namedIndex = (trace) => trace.unsplit ?? trace.index;
const bitsText = (bits, trace) => bits.slice(32 - trace.b, 32);

function stepsOf(trace, mode, outcome) {
  const steps = [
    { text: `Hash: \`${trace.key}\` and the seed \`${trace.hash0}\` give \`${trace.hash}\`.` },
    indexStep(trace),
  ];
  if (trace.unsplit !== null) {
    steps.push({
      kind: "frontier",
      text: `Bucket ${trace.unsplit} is not there yet: the growth has not reached it. With one bit less it is bucket ${trace.index}, where its entries still are.`,
      paint: () => mark("chosen", trace.index),
    });
  }
  if (trace.buckets.length === 0) {
    steps.push({ kind: "missed", text: "There is no bucket: the map has no memory. Not found." });
    return steps;
  }
  if (mode === "insert") return [...steps, ...insertSteps(trace, outcome)];
  trace.buckets.forEach((bucket, depth) => steps.push(...bucketSteps(trace, bucket, depth, mode)));
  steps.push(lastStep(trace, mode));
  return steps;
}

function indexStep(trace) {
  const bits = BigInt(trace.hash).toString(2).padStart(64, "0");
  const index = namedIndex(trace);
  const text =
    trace.b === 0
      ? "Index: there is one bucket, so no bit is needed."
      : `Index: the ${trace.b === 1 ? "bit" : `${trace.b} bits`} \`${bitsText(bits, trace)}\` say${trace.b === 1 ? "s" : ""} bucket ${index}.`;
  return { text, kind: "index", paint: () => mark("chosen", trace.index) };
}

const placesOf = (bucket, ...kinds) =>
  bucket.slots
    .map((outcome, slot) => (kinds.includes(outcome) ? slot : -1))
    .filter((slot) => slot >= 0);

const list = (slots) => `${slots.length === 1 ? "slot" : "slots"} ${slots.join(", ")}`;

function bucketSteps(trace, bucket, depth, mode) {
  const name = depth === 0 ? "the bucket" : `overflow bucket ${depth}`;
  const equalMarks = (kind, slots) => slots.forEach((slot) => mark(kind, trace.index, depth, slot));
  const matches = placesOf(bucket, "other key", "equal", "not reached");
  const steps = [
    {
      kind: "tophash",
      text:
        `Tophash \`${hexByte(trace.tophash)}\` is compared with the eight of ${name} at once: ` +
        (matches.length
          ? `the same in ${list(matches)}.`
          : "none is the same, so no key is compared."),
      paint: () => mode !== "remove" && equalMarks("match", matches),
    },
  ];
  for (const slot of placesOf(bucket, "other key")) {
    steps.push({
      kind: "missed",
      text: `Key in slot ${slot}: another one with the same tophash.`,
      paint: () => mark("other", trace.index, depth, slot),
    });
  }
  for (const slot of placesOf(bucket, "equal")) {
    steps.push({
      kind: "found",
      text: `Key in slot ${slot}: \`${trace.key}\`. Equal.`,
      paint: () => mark(mode === "remove" ? "hole" : "equal", trace.index, depth, slot),
    });
  }
  const next = nextStep(trace, bucket);
  return next ? [...steps, next] : steps;
}

function nextStep(trace, bucket) {
  const end = (trace.tophash & 7).toString(2).padStart(3, "0");
  if (bucket.next === "followed") {
    return {
      kind: "overflow",
      text: `Overflow: the hint for tophashes that end in \`${end}\` is set, so the chain is followed.`,
    };
  }
  if (bucket.next === "ruled out by hint") {
    return {
      kind: "overflow",
      text: `Overflow: there is a chain, but no key in it has a tophash that ends in \`${end}\`. It is not followed.`,
    };
  }
  return null;
}

function lastStep(trace, mode) {
  if (trace.found === null) {
    const empty = mode === "remove" ? "Nothing is deleted, and nothing happens." : "Not found.";
    return { kind: "missed", text: `${empty} ${counted(trace.comparisons, "key")} compared.` };
  }
  if (mode === "remove") {
    return {
      kind: "found",
      text: "The entry is taken out. The last entry of the chain, if that is another one, moves into its place.",
    };
  }
  return {
    kind: "found",
    text: `Found after ${counted(trace.comparisons, "comparison")} of keys: the value is \`${trace.value}\`.`,
  };
}

function insertSteps(trace, outcome) {
  const [depth, slot] = trace.found;
  const paint = () => mark("equal", trace.index, depth, slot);
  if (outcome.replaced !== null && outcome.replaced !== undefined) {
    return [
      {
        kind: "tophash",
        text: `Tophash \`${hexByte(trace.tophash)}\` and then the key are found in slot ${slot}.`,
        paint,
      },
      {
        kind: "found",
        text: `The key was there, so its value is exchanged: \`${outcome.replaced}\` for \`${trace.value}\`. The count stays.`,
        paint,
      },
    ];
  }
  const steps = [
    {
      kind: "tophash",
      text: `Tophash \`${hexByte(trace.tophash)}\`: no slot has it with this key, so the key is new.`,
    },
  ];
  if (depth > 0) {
    steps.push({
      kind: "overflow",
      text: `The bucket's eight slots are taken. The entry goes to overflow bucket ${depth}, and the hint for its tophash is set.`,
    });
  }
  steps.push({
    kind: "found",
    text: `Tophash, key and value are written to the first free slot, ${slot}.`,
    paint,
  });
  return steps;
}
