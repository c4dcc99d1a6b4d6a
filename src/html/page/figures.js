// The charts of steps and of what is in use.

/** Bounds are nanoseconds: "< 100 µs", "1 ms", ... "≥ 60 s". */
function boundLabel(i) {
  const bound = data.step_bounds[i] / 1e6;
  return i === 0 ? `< ${span(data.step_bounds[1] / 1e6)}` : `≥ ${span(bound)}`;
}

function drawSteps() {
  const steps = data.steps.filter((step) => step.flows > 0);
  if (steps.length === 0) {
    byId("steps").hidden = true;
    return;
  }
  // All steps on the same scale, without the ends that none of them reaches.
  const used = data.step_bounds.map((_, i) => steps.some((step) => step.counts[i] > 0));
  const first = used.indexOf(true);
  const last = used.lastIndexOf(true);
  for (const step of steps) {
    const counts = step.counts.slice(first, last + 1);
    const labels = counts.map((_, i) => boundLabel(first + i));
    const about = step.exact ? "" : "about ";
    const card = element("div", { class: "card" }, element("h3", { text: columnWords[step.step] }),
      element("p", { class: "quiet hint", text: `${stepWords[step.step]}. Median ${about}${span(step.p50 / 1e6)}, `
        + `95 % within ${about}${span(step.p95 / 1e6)}, longest ${span(step.longest / 1e6)}.` }));
    byId("step-charts").append(card);
    addChart(card, {
      label: `How long ${columnWords[step.step]} took`, height: 170, labels, dense: true,
      datasets: [{ label: "flows", values: counts, colours: "series-1" }],
      tooltip: (_, i) => `${plural(counts[i], "flow", "flows")}, ${percentage(counts[i], step.flows)}`,
      numbers: { head: ["Took", "Flows"],
        rows: labels.map((label, i) => ({ cells: [label, grouped(counts[i])] })) },
    });
  }
  drawStepTable(steps);
}

function drawStepTable(steps) {
  const quantile = (name, title) => ({ name, title, numeric: true, firstDescending: true,
    value: (step) => step[name],
    cell: (step) => `${step.exact || name === "longest" ? "" : "≈ "}${span(step[name] / 1e6)}` });
  const table = makeTable([
    { name: "step", title: "Step", value: (step) => columnWords[step.step],
      cell: (step) => element("span", {}, columnWords[step.step],
        element("span", { class: "reason", text: stepWords[step.step] })) },
    numberColumn("flows", "Flows"),
    { ...numberColumn("slowest", "Slowest step of"),
      cell: (step) => step.step === "handshake" ? "" : grouped(step.slowest) },
    quantile("p50", "Median"), quantile("p95", "p95"), quantile("p99", "p99"),
    quantile("longest", "Longest"),
  ], { caption: "Steps and how long they took", note: (shown) => plural(shown, "step", "steps") });
  byId("step-table").append(element("h3", { text: "All steps" }), table.root);
  table.setRows(steps);
}

const oldVersions = new Set(["SSLv2", "SSLv3", "TLS1.0", "TLS1.1"]);

/** Suites that no guide allows any more. */
function isWeakSuite(suite) {
  return /_(NULL|EXPORT|RC4|RC2|DES|3DES|anon|MD5)(_|$)/.test(suite);
}

function drawUse() {
  const cards = [
    ["Versions", "versions", "version", (word) => oldVersions.has(word) ? "incomplete" : "series-1",
      "As the server chose; versions that are not to be used any more (RFC 8996) stand out."],
    ["Cipher suites", "ciphers", "cipher", (word) => isWeakSuite(word) ? "incomplete" : "series-1",
      "As the server chose; weak ones stand out."],
    ["Key exchange groups", "groups", "group", () => "series-1", "As the server chose."],
    ["Application protocols", "alpns", "alpn", () => "series-1", "As agreed by ALPN."],
    ["Alerts", "alerts", "alert", () => "series-1", "The one that a flow's row is about."],
  ];
  let drawn = 0;
  for (const [title, member, column, colourOf, hint] of cards) {
    const tally = data[member];
    if (tally.words.length === 0) continue;
    ++drawn;
    const card = element("div", { class: "card" }, element("h3", { text: title }),
      element("p", { class: "quiet hint", text: hint }));
    byId("use-charts").append(card);
    tallyChart(card, { tally, most: 8, label: title, colourOf,
      onSelect: (word, total) => showFlows({ [column]: word }, { total }) });
  }
  if (drawn === 0) byId("use").hidden = true;
}
