// Draws buckets as cards: tophash bytes, keys and values of eight slots, and the overflow chain.

import { byId, element, hexByte } from "./element.js";

const SLOTS = 8;
/** Up to so many cards are drawn wider. */
const FEW = 3;

/** What a growth has done to a chain; during a shrink, `whole` means that it was merged. */
const STATES = {
  whole: ["not split yet", "whole"],
  merged: ["merged", "whole"],
  split: ["split: half X", "half"],
  "other half": ["split: half Y", "half"],
};

/** Where each key was, so that an entry that arrives somewhere can light up. */
let places = new Map();

/**
 * Draws chains of a map in this state. Of a map that is shown whole, entries that were not in their
 * place before light up; of a part only those that were seen in another place.
 */
export function drawChains(chains, state, isWhole) {
  const old = places;
  const before = (key) => old.get(key) ?? (isWhole ? "nowhere" : null);
  places = new Map();
  const cards = chains.map((chain) => chainCard(chain, state, before));
  byId("buckets").replaceChildren(...cards);
  byId("buckets").classList.toggle("few", chains.length <= FEW);
}

function chainCard(chain, state, before) {
  const isMerged = chain.state === "whole" && state === "shrinking";
  const [label, kind] = STATES[isMerged ? "merged" : chain.state] ?? [null, null];
  const buckets = chain.buckets.map((bucket, depth) => bucketTable(chain, bucket, depth, before));
  return element(
    "article",
    { class: "chain", "data-chain": chain.index, "aria-label": `Bucket ${chain.index}` },
    element(
      "header",
      {},
      element("h3", {}, `bucket ${chain.index}`),
      label ? element("span", { class: `badge ${kind}` }, label) : null,
    ),
    buckets,
  );
}

function bucketTable(chain, bucket, depth, before) {
  const taken = bucket.entries.length;
  // An overflow bucket has eight slots, too; its free ones are summed up, to keep the card short.
  const count = depth === 0 ? SLOTS : taken;
  const rows = Array.from({ length: count }, (_, slot) =>
    slotRow(chain, bucket, depth, slot, before),
  );
  if (count < SLOTS) rows.push(freeRow(SLOTS - count));
  const table = element(
    "table",
    { class: "bucket", "data-bucket": depth },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col", title: "The seven highest bits of the hash" }, "top"),
        element("th", { scope: "col" }, "key"),
        element("th", { scope: "col" }, "value"),
      ),
    ),
    element("tbody", {}, rows),
  );
  if (depth === 0) return chain.hints ? [table, hintsOf(chain)] : table;
  return element(
    "div",
    { class: "overflow-bucket" },
    element("p", { class: "overflow-name" }, `overflow bucket ${depth}`),
    table,
  );
}

function freeRow(count) {
  return element(
    "tr",
    { class: "slot free" },
    element("td", { class: "top" }, "00"),
    element("td", { class: "value", colspan: 2 }, `${count} more free`),
  );
}

function slotRow(chain, bucket, depth, slot, before) {
  const entry = bucket.entries[slot];
  if (!entry) {
    return element(
      "tr",
      { class: "slot free", "data-slot": slot },
      element("td", { class: "top" }, "00"),
      element("td"),
      element("td"),
    );
  }
  const [key, value] = entry;
  const place = `${chain.index}/${depth}/${slot}/${value}`;
  places.set(key, place);
  const isNew = ![null, place].includes(before(key));
  return element(
    "tr",
    { class: isNew ? "slot arrived" : "slot", "data-slot": slot },
    element("td", { class: "top" }, hexByte(bucket.tophashes[slot])),
    element("td", { class: "key", title: key }, key),
    element("td", { class: "value", title: value }, value),
  );
}

/** The eight overflow hints: which tophashes, by their last three bits, are further down. */
function hintsOf(chain) {
  const set = Array.from({ length: 8 }, (_, bit) => bit).filter((bit) => (chain.hints >> bit) & 1);
  const dots = Array.from({ length: 8 }, (_, bit) =>
    element("i", { class: (chain.hints >> bit) & 1 ? "set" : null }),
  );
  const ends = set.map((bit) => bit.toString(2).padStart(3, "0")).join(", ");
  const title = `Tophashes that end in ${ends} may be in the overflow buckets; others are not.`;
  return element(
    "p",
    { class: "hints", title },
    "hints ",
    element("span", { role: "img", "aria-label": title }, dots),
  );
}

/** Takes all marks of a look-up away. */
export function clearMarks() {
  for (const marked of document.querySelectorAll("[data-mark]")) delete marked.dataset.mark;
}

/** Marks a chain, one of its buckets, or a slot of it, if it is on the page. */
export function mark(kind, chain, bucket = null, slot = null) {
  let selector = `#buckets [data-chain="${chain}"]`;
  if (bucket !== null) selector += ` [data-bucket="${bucket}"]`;
  if (slot !== null) selector += ` [data-slot="${slot}"]`;
  const found = document.querySelector(selector);
  if (found) found.dataset.mark = kind;
  return found;
}
