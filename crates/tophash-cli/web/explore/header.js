// Draws the header: the fields that Go's map has, and where the bytes are.

import { byId, bytesText, counted, element, thousands } from "./element.js";

/** The value and the note of `flags`. */
const STATES = {
  "no memory": ["none", "no memory is taken yet"],
  whole: ["none", "nothing is under way"],
  growing: ["growing", "each write splits two buckets"],
  shrinking: ["shrinking", "each write merges one bucket"],
};

/** The fields: name, value, and a note below it. */
function fieldsOf(header) {
  const { nevacuate, half, buckets, b } = header;
  const isMoving = half > 0;
  const full = header.state === "no memory" ? 0 : 2 ** b;
  return [
    ["count", thousands(header.count), `entries; room for ${thousands(header.capacity)}`],
    ["flags", ...STATES[header.state]],
    ["B", String(b), full ? `2${raised(b)} = ${counted(full, "bucket")}` : "no bucket"],
    ["noverflow", thousands(header.noverflow), overflowNote(header)],
    ["hash0", header.hash0, header.seed_epoch ? "this map's own seed" : "drawn at the first write"],
    ["buckets", thousands(buckets), loadNote(header)],
    ["oldbuckets", "none", "always: it grows in place"],
    [
      "nevacuate",
      isMoving ? `${thousands(nevacuate)} of ${thousands(half)}` : "0",
      moveNote(header),
    ],
  ];
}

const raised = (number) => [...String(number)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");

function overflowNote(header) {
  return header.noverflow === 0 ? "overflow buckets" : `at most ${header.overflow_max} in a chain`;
}

function loadNote({ buckets, load_factor: load }) {
  if (buckets === 0) return "eight slots each";
  return `${load.toFixed(2)} each; grows at ${buckets === 1 ? "8" : "6.5"}`;
}

function moveNote(header) {
  if (header.state === "growing") return "buckets are split";
  if (header.state === "shrinking") return "buckets are still split";
  return "nothing is moving";
}

/** Draws the fields; those that differ from `before` light up. */
export function drawHeader(header, before) {
  const old = before ? fieldsOf(before).map(([, value]) => value) : null;
  const fields = fieldsOf(header).map(([name, value, note], index) => {
    const isChanged = old !== null && old[index] !== value;
    const attributes = { class: isChanged ? "field changed" : "field", "data-field": name };
    return element(
      "div",
      attributes,
      element("dt", {}, name),
      element("dd", { class: "field-value" }, value),
      element("dd", { class: "field-note" }, note),
      name === "nevacuate" && header.half > 0 ? progress(header) : null,
    );
  });
  byId("fields").replaceChildren(...fields);
  drawBytes(header.bytes);
}

function progress(header) {
  const bar = element("progress", {
    max: header.half,
    value: header.nevacuate,
    "aria-label": "Buckets that are split",
  });
  return element("dd", { class: "field-bar" }, bar);
}

const PARTS = ["header", "directory", "buckets", "overflow", "spare"];

function drawBytes(bytes) {
  const bar = element("div", { class: "bytes-bar", "aria-hidden": "true" });
  const legend = element("p", { class: "note bytes-legend" });
  legend.append(element("b", {}, bytesText(bytes.total)), " in all:");
  for (const part of PARTS) {
    if (bytes[part] === 0) continue;
    const piece = element("span", { class: `part-${part}` });
    piece.style.flexGrow = bytes[part];
    bar.append(piece);
    legend.append(
      element("span", { class: `swatch part-${part}` }),
      `${part} ${bytesText(bytes[part])}`,
    );
  }
  byId("bytes").replaceChildren(bar, legend);
}
