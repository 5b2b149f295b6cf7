// Draws a large map: one cell for each chain, and the frontier of a growth. A cell can be chosen.

import { byId, colour, counted, element, thousands } from "./element.js";

const HEIGHT_MAX = 340;
const CELL_MAX = 30;
/** Cells of this size and more show the number of their entries. */
const CELL_WITH_NUMBER = 22;
const SLOTS = 8;

let view = null;
let chosen = [];
let onChoose = () => {};
let grid = null;
const canvas = element("canvas", {
  tabindex: 0,
  role: "slider",
  "aria-label": "Bucket to show; use the arrow keys",
  "aria-valuemin": 0,
});
const goTo = element("input", { type: "number", min: 0, id: "go-to", inputmode: "numeric" });
const legend = element("div", { class: "overview-legend note" });

/** Prepares the canvas. `listener` is called with the index that a person chooses. */
export function prepareOverview(listener) {
  onChoose = listener;
  canvas.addEventListener("click", (event) => choose(indexAt(event.offsetX, event.offsetY)));
  canvas.addEventListener("keydown", onKey);
  goTo.addEventListener("change", () => choose(Number(goTo.value)));
  new ResizeObserver(() => view && paint()).observe(byId("overview"));
  const label = element("label", { class: "inline go-to" }, "Show bucket ", goTo);
  byId("overview").append(canvas, element("div", { class: "overview-foot" }, legend, label));
}

/** Draws the map's chains; `indices` are those whose cards are shown below. */
export function drawOverview(newView, indices) {
  view = newView;
  chosen = indices;
  goTo.max = view.overview.entries.length - 1;
  goTo.value = chosen[0] ?? 0;
  paint();
  drawLegend();
}

function choose(index) {
  if (index === null || !Number.isInteger(index)) return;
  const last = view.overview.entries.length - 1;
  onChoose(Math.min(Math.max(index, 0), last));
}

function onKey(event) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -grid.columns, ArrowDown: grid.columns };
  const last = view.overview.entries.length - 1;
  const targets = { Home: 0, End: last };
  const target =
    targets[event.key] ?? (event.key in steps ? (chosen[0] ?? 0) + steps[event.key] : null);
  if (target === null) return;
  event.preventDefault();
  choose(target);
}

/** How the cells lie: a power of two of columns, so that twins stand one above the other. */
function layOut(total, width) {
  let columns = 8;
  while (
    columns < total &&
    (width / columns > CELL_MAX || (total / columns) * (width / columns) > HEIGHT_MAX)
  ) {
    columns *= 2;
  }
  const cell = Math.min(CELL_MAX, width / columns);
  const half = total / 2;
  const gap = view.header.half > 0 ? 10 : 0;
  return { columns, cell, half, gap, height: Math.ceil(total / columns) * cell + gap };
}

/** The left upper corner of a cell. The halves of a growth are set apart. */
function corner(index) {
  const { columns, cell, half, gap } = grid;
  const row = Math.floor(index / columns);
  return [(index % columns) * cell, row * cell + (index >= half ? gap : 0)];
}

function indexAt(x, y) {
  const { columns, cell, half, gap } = grid;
  const column = Math.min(columns - 1, Math.floor(x / cell));
  const halfHeight = (half / columns) * cell;
  const row = Math.floor((y > halfHeight ? Math.max(halfHeight, y - gap) : y) / cell);
  const index = row * columns + column;
  return index < view.overview.entries.length ? index : null;
}

function paint() {
  const total = 2 ** view.header.b;
  const width = byId("overview").clientWidth;
  if (width === 0) return;
  grid = layOut(total, width);
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.ceil(grid.height * scale) + 2;
  canvas.style.height = `${canvas.height / scale}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  paintCells(pen, total);
  paintFrontier(pen);
  paintChosen(pen);
  describe();
}

function paintCells(pen, total) {
  const { entries, overflow } = view.overview;
  const shades = shadesOf();
  const { cell } = grid;
  const border = cell >= 8 ? 2 : cell >= 4 ? 1 : cell >= 2.5 ? 0.5 : 0;
  pen.font = `${Math.round(cell * 0.42)}px ui-monospace, monospace`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const ghost = colour("--line");
  for (let index = 0; index < total; index += 1) {
    const [x, y] = corner(index);
    const size = cell - border;
    if (index >= entries.length) {
      if (cell >= 6) {
        pen.strokeStyle = ghost;
        pen.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
      }
      continue;
    }
    const deep = Math.min(overflow[index], shades.overflow.length);
    const { shade, text } = deep > 0 ? shades.overflow[deep - 1] : shades.fill[entries[index]];
    pen.fillStyle = shade;
    pen.fillRect(x, y, size, size);
    if (cell >= CELL_WITH_NUMBER) {
      pen.fillStyle = text;
      pen.fillText(entries[index], x + size / 2, y + size / 2 + 0.5);
    }
  }
}

/** The colours for 0 to 8 entries and for one or more overflow buckets, each with its text's. */
function shadesOf() {
  const [from, to] = [channels("--fill-0"), channels("--fill-8")];
  const texts = [channels("--ink"), channels("--surface")];
  const withText = (shade) => {
    const [first, second] = texts.map((text) => contrast(text, shade));
    return { shade: rgb(shade), text: rgb(texts[first >= second ? 0 : 1]) };
  };
  const fill = Array.from({ length: SLOTS + 1 }, (_, count) =>
    withText(from.map((start, part) => start + ((to[part] - start) * count) / SLOTS)),
  );
  return { fill, overflow: [withText(channels("--overflow")), withText(channels("--missed"))] };
}

const channels = (name) =>
  colour(name)
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number);
const rgb = (parts) => `rgb(${parts.map(Math.round).join(" ")})`;

/** The contrast of two colours, as the accessibility guidelines compute it. */
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(parts) {
  const linear = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** Where a growth or a shrink is: a line behind the last chain that has its other half. */
function paintFrontier(pen) {
  const { half, nevacuate } = view.header;
  if (half === 0) return;
  pen.strokeStyle = colour("--frontier");
  pen.lineWidth = Math.max(2, Math.min(3, grid.cell / 4));
  for (const offset of [0, half]) {
    const end = grid.columns * grid.cell;
    const [x, y] = corner(Math.min(nevacuate, half - 1) + offset);
    const middle = nevacuate === half ? end : x;
    pen.beginPath();
    pen.moveTo(0, y + grid.cell);
    pen.lineTo(middle, y + grid.cell);
    pen.lineTo(middle, y);
    pen.lineTo(end, y);
    pen.stroke();
  }
}

function paintChosen(pen) {
  pen.strokeStyle = colour("--ink");
  pen.lineWidth = 2;
  const size = Math.max(grid.cell, 6);
  for (const index of chosen) {
    const [x, y] = corner(index);
    pen.strokeRect(x, y, size - 1, size - 1);
  }
}

function describe() {
  const { entries, overflow } = view.overview;
  const index = chosen[0] ?? 0;
  canvas.setAttribute("aria-valuemax", entries.length - 1);
  canvas.setAttribute("aria-valuenow", index);
  const more = overflow[index] ? `, ${counted(overflow[index], "overflow bucket")}` : "";
  canvas.setAttribute(
    "aria-valuetext",
    `bucket ${index}: ${counted(entries[index] ?? 0, "entry").replace("entrys", "entries")}${more}`,
  );
}

function drawLegend() {
  const { overview, header } = view;
  const withOverflow = overview.overflow.filter((count) => count > 0).length;
  const shades = shadesOf();
  const scale = element(
    "span",
    { class: "scale", "aria-hidden": "true" },
    shades.fill.map(({ shade }) => {
      const step = element("i");
      step.style.background = shade;
      return step;
    }),
  );
  const parts = ["0 ", scale, " 8 entries"];
  parts.push(
    element("span", { class: "swatch part-overflow" }),
    `with overflow: ${thousands(withOverflow)}`,
  );
  if (header.half > 0) {
    parts.push(element("span", { class: "swatch part-frontier" }), "the frontier");
    parts.push(
      element("span", { class: "swatch part-ghost" }),
      header.state === "shrinking" ? "merged" : "not there yet",
    );
  }
  legend.replaceChildren(...parts);
}
