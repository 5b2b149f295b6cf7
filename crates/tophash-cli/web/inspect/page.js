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

  const line = (name, stroke, extra) => ({
    label: name,
    stroke,
    width: 1.5,
    points: { show: series.operations.length < 60, size: 4 },
    ...extra,
  });

  const base = (box, height, plugins) => ({
    width: box.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false } },
    plugins,
  });

  const over = (of, format) => (idx) => {
    const lines = [
      [`up to operation ${count(series.operations[idx])}, ${count(series.keys[idx])} keys`],
      [`tophash ${format(series[`tophash_${of}`][idx])}`, "tophash"],
    ];
    if (hasStd) lines.push([`std ${format(series[`std_${of}`][idx])}`, "std"]);
    return lines;
  };

  const timeline = (box, of, format, scale, fill, paths) => {
    const data = [series.operations];
    const drawn = [{}];
    if (hasStd) {
      data.push(series[`std_${of}`]);
      drawn.push(line("std", color("--std"), { paths }));
    }
    data.push(series[`tophash_${of}`]);
    const stroke = color("--tophash");
    drawn.push(line("tophash", stroke, { paths, fill: fill ? `${stroke}22` : undefined }));
    return new uPlot({
      ...base(box, 280, [tip(over(of, format))]),
      scales: { x: { time: false }, y: scale },
      axes: [
        axis(short, { space: 70 }),
        axis(format, { size: 64 }),
      ],
      series: drawn,
    }, data, box);
  };

  const draw = {
    latency: (box) => timeline(box, "ns", time, {
      distr: 3,
      // Times below the clock's own cost would only stretch the scale.
      range: (_, min, max) => [
        10 ** Math.floor(Math.log10(Math.max(min, 10))),
        10 ** Math.ceil(Math.log10(Math.max(max, 100))),
      ],
    }, false),
    memory: (box) => timeline(box, "bytes", bytes, {
      range: (_, min, max) => [0, max * 1.05],
    }, true, uPlot.paths.stepped({ align: 1 })),
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
          axis(short, { incrs: [1, 2, 5, 10], space: 24, grid: { show: false } }),
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
