// The race's view: starts it, draws each window as it comes, and the percentiles at the end.

import { race } from "./api.js";
import { byId, colour, element, isCalm, thousands } from "./element.js";

/** Windows are drawn over at least so long: a race is over faster than one can look. */
const SHOW_TIME_MS = 5000;
const WINDOWS = 500;
const HEIGHT = 380;

const SERIES = [
  { label: "tophash: slowest", map: "tophash", field: "worst_ns", colour: "--index", width: 1.6 },
  { label: "std: slowest", map: "std", field: "worst_ns", colour: "--tophash", width: 1.6 },
  {
    label: "tophash: median",
    map: "tophash",
    field: "median_ns",
    colour: "--index",
    width: 1,
    dash: [4, 4],
  },
  {
    label: "std: median",
    map: "std",
    field: "median_ns",
    colour: "--tophash",
    width: 1,
    dash: [4, 4],
  },
];

let chart = null;
let points = [];
/** What was drawn last: how many points, and whether they have changed since. */
let shownCount = 0;
let isChanged = false;
let summary = null;
let keyCount = 0;
let stopping = null;

export function prepareRace(say) {
  byId("race-start").addEventListener("click", () => run(say));
  byId("race-stop").addEventListener("click", () => stopping?.abort());
  new ResizeObserver(() => chart?.setSize({ width: width(), height: HEIGHT })).observe(
    byId("race-chart"),
  );
}

/** Draws with the colours of the theme that was chosen. */
export function redrawRace() {
  if (points.length > 0 || chart) draw();
}

async function run(say) {
  keyCount = Number(byId("race-keys").value);
  [points, shownCount, summary] = [[], 0, null];
  byId("race-summary").replaceChildren();
  setRunning(true);
  draw();
  stopping = new AbortController();
  const reveal = requestAnimationFrame((time) => frame(time, time));
  try {
    await race(keyCount, stopping.signal, (event) => {
      if (event.kind === "summary") summary = event;
      else points[event.window] = event;
      isChanged = true;
    });
  } catch (error) {
    cancelAnimationFrame(reveal);
    keyCount = 0;
    setRunning(false);
    say(error.name === "AbortError" ? "The race was stopped." : error.message);
    byId("race-progress").textContent = error.name === "AbortError" ? "Stopped." : error.message;
  }
}

/** Shows what has come, but not faster than one can follow. */
function frame(time, begin) {
  if (keyCount === 0) return;
  const share = isCalm() ? 1 : (time - begin) / SHOW_TIME_MS;
  const count = Math.min(points.length, Math.ceil(share * WINDOWS));
  if (count !== shownCount || isChanged) {
    shownCount = count;
    isChanged = false;
    chart.setData(columns());
    const last = points[count - 1];
    if (last) byId("race-progress").textContent = `${thousands(last.inserted)} keys`;
  }
  if (summary && shownCount === points.length) finish();
  else requestAnimationFrame((next) => frame(next, begin));
}

function finish() {
  setRunning(false);
  const ratio = summary.std.worst_ns / summary.tophash.worst_ns;
  const times = (factor) =>
    factor < 10 ? factor.toFixed(1) : thousands(Number(factor.toPrecision(2)));
  const verdict =
    ratio >= 1
      ? `std's slowest insertion took ${times(ratio)} times as long as this map's.`
      : `This map's slowest insertion took ${times(1 / ratio)} times as long as std's.`;
  byId("race-progress").textContent = verdict;
  byId("race-summary").replaceChildren(summaryTable());
}

function setRunning(isRunning) {
  byId("race-start").hidden = isRunning;
  byId("race-stop").hidden = !isRunning;
  byId("race-keys").disabled = isRunning;
  byId("view-race").dataset.race = isRunning ? "running" : "ended";
}

function columns() {
  const shown = points.slice(0, shownCount);
  return [
    shown.map((point) => point.inserted),
    ...SERIES.map(({ map, field }) => shown.map((point) => point[map][field])),
  ];
}

const width = () => byId("race-chart").clientWidth;

function draw() {
  chart?.destroy();
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  const decades = {
    ...axis.grid,
    filter: (_, splits) => splits.map((split) => (isDecade(split) ? split : null)),
  };
  const series = SERIES.map((line) => ({
    label: line.label,
    stroke: colour(line.colour),
    width: line.width,
    dash: line.dash,
    points: { show: false },
  }));
  chart = new window.uPlot(
    {
      width: width(),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false },
      scales: { x: { time: false, range: [0, keyCount || 1] }, y: { distr: 3, range: yRange } },
      axes: [
        { ...axis, values: (_, splits) => splits.map(shortNumber) },
        {
          ...axis,
          size: 64,
          grid: decades,
          ticks: decades,
          values: (_, splits) => splits.map((split) => (isDecade(split) ? timeText(split) : "")),
        },
      ],
      series: [{}, ...series],
    },
    columns(),
    byId("race-chart"),
  );
  drawLegend();
}

function yRange(_, low, high) {
  const floor = 10 ** Math.floor(Math.log10(Math.max(low ?? 10, 1)));
  const ceiling = 10 ** Math.ceil(Math.log10(Math.max(high ?? 1e6, 1e5)));
  return [floor, ceiling];
}

const isDecade = (number) =>
  number > 0 && Math.abs(Math.log10(number) - Math.round(Math.log10(number))) < 1e-6;
const shortNumber = (number) => (number >= 1000 ? `${thousands(number / 1000)}k` : String(number));

function timeText(ns) {
  if (ns >= 1e9) return `${Number((ns / 1e9).toPrecision(3))} s`;
  if (ns >= 1e6) return `${Number((ns / 1e6).toPrecision(3))} ms`;
  if (ns >= 1000) return `${Number((ns / 1000).toPrecision(3))} µs`;
  return `${ns} ns`;
}

function drawLegend() {
  const keys = SERIES.map((line) => {
    const swatch = element("i", { class: line.dash ? "line dashed" : "line" });
    swatch.style.borderColor = `var(${line.colour})`;
    return element("span", {}, swatch, line.label);
  });
  byId("race-legend").replaceChildren(...keys);
}

function summaryTable() {
  const rows = [
    ["Median", "median_ns"],
    ["99 %", "p99_ns"],
    ["99.9 %", "p999_ns"],
    ["99.99 %", "p9999_ns"],
    ["Slowest", "worst_ns"],
  ].map(([name, field]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      ...["tophash", "std"].map((map) =>
        element("td", { "data-cell": `${map}-${field}` }, timeText(summary[map][field])),
      ),
    ),
  );
  rows.push(
    element(
      "tr",
      {},
      element("th", { scope: "row" }, "All together"),
      ...["tophash", "std"].map((map) =>
        element("td", {}, `${thousands(Math.round(summary[map].total_ms))} ms`),
      ),
    ),
  );
  return element(
    "table",
    { class: "summary" },
    element(
      "caption",
      {},
      `${thousands(summary.keys)} insertions into each map, of each the fastest of ${summary.rounds} rounds. About ${summary.clock_ns} ns of every time are for reading the clock.`,
    ),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("td"),
        element("th", { scope: "col" }, "tophash"),
        element("th", { scope: "col" }, "std"),
      ),
    ),
    element("tbody", {}, rows),
  );
}
