// Charts by Chart.js, each with its numbers as a table beside it: for the keyboard, for screen
// readers and for who wants them exactly.

const charts = [];  // functions that draw one again, in the colours of the moment

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const outcomeColour = {
  ok: "ok", failed: "failed", incomplete: "incomplete", not_tls: "other",
};
const seriesColours = ["series-1", "series-2", "series-3", "series-4", "series-5", "series-6",
  "series-7", "series-8"];

/**
 * spec: {label: what the canvas shows, for who does not see it; height: px;
 *        labels: [text]; datasets: [{label, values, colours: names (one, or one for each bar)}];
 *        horizontal, stacked; show(value) → text; tooltip(dataset, index) → text;
 *        legend: whether to draw one; percent: whether values are shares of 100;
 *        onSelect(dataset, index): what a bar does;
 *        numbers: {head: [text], rows: [{cells: [text], onSelect}]}}
 */
function addChart(card, spec) {
  const canvas = element("canvas", { role: "img", "aria-label": spec.label });
  const frame = element("div", { class: "chart" }, canvas);
  frame.style.height = `${spec.height}px`;
  card.append(frame, numbersOf(spec));
  let chart = null;
  charts.push(() => {
    if (chart) chart.destroy();
    chart = new Chart(canvas, configOf(spec));
  });
  charts.at(-1)();
}

function configOf(spec) {
  const text = colour("text-quiet");
  const grid = colour("line");
  const valueAxis = {
    stacked: spec.stacked, beginAtZero: true, max: spec.percent ? 100 : undefined,
    grid: { color: grid, drawBorder: false },
    ticks: {
      color: text, precision: 0, maxTicksLimit: 6,
      callback: (value) => spec.percent ? `${value} %` : grouped(value),
    },
  };
  const labelAxis = {
    stacked: spec.stacked, grid: { display: false, drawBorder: false },
    ticks: {
      color: text, autoSkip: !spec.horizontal, maxRotation: 0, autoSkipPadding: 12,
      callback(value) {
        const label = this.getLabelForValue(value);
        // Seven pixels a letter, and at most two fifths of the width.
        const most = Math.max(12, Math.floor(this.chart.width * 0.4 / 7.4));
        return label.length > most ? `${label.slice(0, most - 1)}…` : label;
      },
    },
  };
  return {
    type: "bar",
    data: {
      labels: spec.labels,
      datasets: spec.datasets.map((set) => ({
        label: set.label,
        // Bars that are too short to see get a pixel or two, but not those of nothing.
        data: set.values.map((value) => value || null),
        backgroundColor: Array.isArray(set.colours) ? set.colours.map(colour)
                                                    : colour(set.colours),
        borderRadius: spec.stacked ? 0 : 3, maxBarThickness: spec.horizontal ? 18 : 46,
        categoryPercentage: spec.dense ? 0.96 : 0.8, barPercentage: spec.dense ? 0.98 : 0.9,
        minBarLength: spec.stacked ? 0 : 2,
      })),
    },
    options: {
      animation: false, responsive: true, maintainAspectRatio: false,
      indexAxis: spec.horizontal ? "y" : "x",
      interaction: { mode: "nearest", axis: spec.horizontal ? "y" : "x", intersect: false },
      scales: spec.horizontal ? { x: valueAxis, y: labelAxis } : { x: labelAxis, y: valueAxis },
      onClick: (event, _, chart) => select(spec, chart, event),
      onHover: (event, active) => {
        event.native.target.style.cursor = spec.onSelect && active.length > 0 ? "pointer" : "";
      },
      plugins: {
        legend: {
          display: Boolean(spec.legend), position: "bottom",
          labels: { color: colour("text"), boxWidth: 12, boxHeight: 12, padding: 12 },
        },
        tooltip: {
          intersect: Boolean(spec.stacked),
          callbacks: { label: (item) => spec.tooltip(item.datasetIndex, item.dataIndex) },
        },
      },
      font: { family: getComputedStyle(document.body).fontFamily },
    },
  };
}

/** The bar under the pointer; where bars are stacked, the very part. */
function select(spec, chart, event) {
  if (!spec.onSelect) return;
  const axis = spec.horizontal ? "y" : "x";
  let found = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, false);
  if (found.length === 0)
    found = chart.getElementsAtEventForMode(event, "index", { axis, intersect: false }, false);
  if (found.length > 0) spec.onSelect(found[0].datasetIndex, found[0].index);
}

function numbersOf(spec) {
  const rows = spec.numbers.rows.map((row) => element("tr", {}, ...row.cells.map((cell, i) => {
    if (i > 0) return element("td", { class: "number" }, cell);
    const label = row.onSelect
      ? element("button", { type: "button", class: "link", onclick: row.onSelect },
        shortened(cell, 70))
      : shortened(cell, 70);
    return element("th", { scope: "row" }, label);
  })));
  const head = spec.numbers.head.map((title, i) =>
    element("th", { scope: "col", class: i > 0 ? "number" : undefined }, title));
  const table = element("table", {}, element("caption", { class: "unseen", text: spec.label }),
    element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
  return element("details", { class: "numbers" },
    element("summary", {}, "Numbers"), element("div", { class: "scroll" }, table));
}

/** Bars of a tally: [[word, flows]…], those beyond `most` as one. */
function tallyChart(card, spec) {
  const { tally, most, onSelect, label, colourOf } = spec;
  const shown = tally.words.slice(0, most);
  const rest = tally.words.slice(most);
  const restFlows = rest.reduce((sum, [, count]) => sum + count, tally.others);
  const total = shown.reduce((sum, [, count]) => sum + count, restFlows);
  const bars = restFlows > 0 ? [...shown, [`others (${grouped(rest.length)})`, restFlows]] : shown;
  const known = (i) => i < shown.length;
  addChart(card, {
    label, horizontal: true, height: 44 + 26 * bars.length,
    labels: bars.map(([word]) => word),
    datasets: [{
      label: "flows", values: bars.map(([, count]) => count),
      colours: bars.map(([word], i) => known(i) ? colourOf(word) : "other"),
    }],
    tooltip: (_, i) => `${plural(bars[i][1], "flow", "flows")}, ${percentage(bars[i][1], total)}`,
    onSelect: (_, i) => known(i) && onSelect(bars[i][0], bars[i][1]),
    numbers: {
      head: ["", "Flows", "Share"],
      rows: tally.words.map(([word, count]) => ({
        cells: [word, grouped(count), percentage(count, total)],
        onSelect: () => onSelect(word, count),
      })),
    },
  });
}

function drawChartsAgain() {
  for (const draw of charts) draw();
}

/** Paper is white, whatever the screen was. */
function followColours() {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawChartsAgain);
  const print = (printing) => () => {
    document.documentElement.classList.toggle("printing", printing);
    drawChartsAgain();
  };
  window.addEventListener("beforeprint", print(true));
  window.addEventListener("afterprint", print(false));
}
