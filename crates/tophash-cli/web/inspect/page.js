// Draws the plots of `tophash inspect --html` from the report in the page.
"use strict";

(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const series = report.series;
  const hasStd = report.std !== null;
  const count = (n) => Math.round(n).toLocaleString("en");

  const scaled = (n, base, units) => {
    let unit = 0;
    while (n >= base * 0.9995 && unit < units.length - 1) {
      n /= base;
      unit += 1;
    }
    // On an axis most numbers are round.
    return `${Number(n.toPrecision(3))} ${units[unit]}`;
  };
  const time = (n) => scaled(n, 1000, ["ns", "µs", "ms", "s"]);
  const bytes = (n) => scaled(n, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
  const short = (n) => scaled(n, 1000, ["", "k", "M", "G"]).trim();

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // The values under the pointer, beside it; `lines` says what they are.
  const tip = (lines) => {
    let box;
    return {
      hooks: {
        init: (plot) => {
          box = document.createElement("div");
          box.className = "tip";
          box.hidden = true;
          plot.over.appendChild(box);
          plot.over.addEventListener("mouseleave", () => { box.hidden = true; });
        },
        setCursor: (plot) => {
          const { idx, left } = plot.cursor;
          box.hidden = idx === null || idx === undefined || left < 0;
          if (box.hidden) return;
          box.replaceChildren(...lines(idx).map(([text, style]) => {
            const line = document.createElement("div");
            line.textContent = text;
            if (style) line.className = style;
            return line;
          }));
          const room = plot.over.clientWidth - box.offsetWidth;
          const wanted = left > room - 16 ? left - box.offsetWidth - 12 : left + 12;
          box.style.left = `${Math.max(0, Math.min(wanted, room))}px`;
          box.style.top = "8px";
        },
      },
    };
  };

  const axis = (values, more) => ({
    stroke: color("--faint"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
    values: (_, splits) => splits.map((n) => (n === null ? "" : values(n))),
    ...more,
  });

  const base = (box, height, plugins) => ({
    width: box.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false } },
    plugins,
  });

  // What is drawn: the name in the report's series, and the color.
  const maps = hasStd ? ["std", "tophash"] : ["tophash"];

  const over = (names, of, format) => (idx) => [
    [`up to operation ${count(series.operations[idx])}, ${count(series.keys[idx])} keys`],
    ...names.toReversed().map((name) => [`${name} ${format(series[`${name}_${of}`][idx])}`, name]),
  ];

  const timeline = (box, names, of, format, scale, yAxis, drawn) => new uPlot({
    ...base(box, 260, [tip(over(names, of, format))]),
    scales: { x: { time: false }, y: scale },
    axes: [
      axis(short, { space: 70, size: 30 }),
      axis(format, { size: 64, ...yAxis }),
    ],
    series: [{}, ...names.map((name) => ({ label: name, ...drawn(name, color(`--${name}`)) }))],
  }, [series.operations, ...names.map((name) => series[`${name}_${of}`])], box);

  const isDecade = (n) => Math.abs(Math.log10(n) - Math.round(Math.log10(n))) < 1e-9;

  const draw = {
    // Points, because lines between the worst of windows would hide each other.
    latency: (box) => timeline(box, ["nothing", ...maps], "ns", time, {
      distr: 3,
      range: (_, min, max) => [
        10 ** Math.floor(Math.log10(Math.max(min, 10))),
        10 ** Math.ceil(Math.log10(Math.max(max, 100))),
      ],
    }, {
      splits: (plot, _, min, max) => {
        const decades = [];
        for (let n = min; n <= max * 1.01; n *= 10) decades.push(n);
        return decades;
      },
      filter: (_, splits) => splits.filter(isDecade),
    }, (name, stroke) => ({
      paths: () => null,
      points: { show: true, size: series.operations.length < 200 ? 5 : 3.5, width: 0, fill: stroke, stroke },
    })),
    memory: (box) => timeline(box, maps, "bytes", bytes, {
      range: (_, min, max) => [0, max * 1.05],
    }, {
      incrs: Array.from({ length: 50 }, (_, power) => 2 ** power),
    }, (name, stroke) => ({
      stroke,
      width: 1.5,
      paths: uPlot.paths.stepped({ align: 1 }),
      points: { show: false },
      fill: name === "tophash" ? `${stroke}22` : undefined,
    })),
    chains: (box) => {
      const classes = report.map.chains;
      return new uPlot({
        ...base(box, 240, [tip((idx) => [
          [`${classes[idx].entries}${classes[idx].or_more ? " or more" : ""} entries`],
          [`${count(classes[idx].chains)} chains`, "tophash"],
        ])]),
        scales: {
          x: { time: false, range: (_, min, max) => [min - 0.6, max + 0.6] },
          y: { range: (_, min, max) => [0, max * 1.05] },
        },
        axes: [
          axis(short, { incrs: [1, 2, 5, 10], space: 24, size: 30, grid: { show: false } }),
          axis(short, { size: 52 }),
        ],
        series: [{}, {
          fill: `${color("--tophash")}cc`,
          paths: uPlot.paths.bars({ size: [0.8, 60], radius: 0.15 }),
          points: { show: false },
        }],
      }, [classes.map((c) => c.entries), classes.map((c) => c.chains)], box);
    },
  };

  document.getElementById("window").textContent =
    series.operations_per_window === 1 ? "one operation" : `${count(series.operations_per_window)} operations`;
  if (!hasStd) {
    for (const key of document.querySelectorAll(".keys .std")) key.remove();
  }

  const plots = new Map();
  const redraw = () => {
    for (const [name, make] of Object.entries(draw)) {
      const box = document.getElementById(name);
      plots.get(name)?.destroy();
      if (report.distinct_keys === 0) {
        box.textContent = "There are no keys to draw.";
        box.className = "none";
      } else {
        plots.set(name, make(box));
      }
    }
  };
  redraw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("resize", () => {
    for (const [name, plot] of plots) {
      plot.setSize({ width: document.getElementById(name).clientWidth, height: plot.height });
    }
  });
})();
