// The table of flows, what narrows it, and the way from a bar or a link to it.

const flowTable = makeTable([
  { name: "verdict", title: "Verdict", value: (flow) => verdictOf(flow), cell: verdictCell, class: "verdict" },
  { name: "server", title: "Server", value: (flow) => flow.server, cell: (flow) => flow.server, class: "fixed" },
  { name: "sni", title: "Name (SNI)", value: (flow) => flow.sni, cell: (flow) => flow.sni, most: 40 },
  { name: "client", title: "Client", value: (flow) => flow.client, cell: (flow) => flow.client, class: "fixed" },
  { name: "start", title: "Started (UTC)", value: (flow) => flow.start_time,
    cell: (flow) => readableTime(flow.start_time), class: "fixed" },
  { name: "version", title: "Version", value: (flow) => flow.version, cell: (flow) => flow.version },
  { name: "reached", title: "Reached", value: (flow) => flow.stage, cell: (flow) => words(flow.stage) },
  { name: "alert", title: "Alert", value: (flow) => flow.alert, cell: (flow) => words(flow.alert) },
  { name: "duration", title: "Duration", numeric: true, firstDescending: true,
    value: (flow) => Number(flow.duration_ms), cell: (flow) => span(Number(flow.duration_ms)) },
], {
  caption: "Flows",
  rows: 25,
  placeholder: "Filter by name, address, cause, id …",
  text: (flow) => [flow.flow_id, flow.file, flow.client, flow.server, flow.sni, flow.cause, flow.reason,
    verdictOf(flow), flow.outcome, flow.alert, flow.version, flow.cipher, flow.explanation].join(" "),
  note: flowNote,
  empty: "No flow in this page fits.",
  tools: [choice("outcome", "All outcomes", outcomeNames, (name) => outcomeWords[name]),
    choice("cause", "All causes", [...new Set(flows.map((flow) => flow.cause))].sort(),
      (cause) => cause === "none" ? "ok" : words(cause)),
    element("div", { id: "chips", class: "chips" })],
});

/** What narrows the table: columns that must have a value, a span of time; `total` is how many flows
 * of the whole run fit, where that is known. */
const narrowing = { columns: {}, from: null, to: null, total: null };

function verdictCell(flow) {
  const button = element("button", { type: "button", class: "link open",
    onclick: () => showFlow(flow) }, element("span", { class: `dot ${flow.outcome}` }),
    element("span", { class: "unseen", text: `${outcomeWords[flow.outcome]}: ` }), verdictOf(flow));
  const reason = flow.reason ? element("span", { class: "reason", text: words(flow.reason) }) : null;
  return element("span", {}, button, reason || "");
}

function choice(column, all, values, show) {
  return element("select", {
    "aria-label": all, id: `choose-${column}`,
    onchange: (event) => {
      if (event.target.value === "") delete narrowing.columns[column];
      else narrowing.columns[column] = event.target.value;
      narrowing.total = null;
      narrowFlows();
    },
  }, element("option", { value: "" }, all),
  ...values.map((value) => element("option", { value }, show(value))));
}

function flowNote(shown, narrowed) {
  let text = shown === flows.length ? `All ${plural(shown, "flow", "flows")} of this page`
                                    : `${grouped(shown)} of ${plural(flows.length, "flow", "flows")} in this page`;
  if (narrowing.total !== null && shown === narrowed && narrowing.total !== shown)
    text += `; the ${data.choice ? "selection" : "run"} has ${grouped(narrowing.total)} such flows`;
  return text;
}

function fits(flow) {
  for (const [column, value] of Object.entries(narrowing.columns)) {
    if (flow[column] !== value) return false;
  }
  return narrowing.from === null ||
    (flow.start_ms >= narrowing.from && flow.start_ms < narrowing.to);
}

function narrowFlows() {
  const chips = Object.entries(narrowing.columns)
    .filter(([column]) => column !== "outcome" && column !== "cause")
    .map(([column, value]) => chip(`${words(column)}: ${value}`, () => {
      delete narrowing.columns[column];
    }));
  if (narrowing.from !== null) {
    chips.push(chip(`from ${bucketTime(narrowing.from, 1)}, ${span(narrowing.to - narrowing.from)}`,
      () => { narrowing.from = narrowing.to = null; }));
  }
  const chosen = Object.keys(narrowing.columns).length;
  if (chosen > 0 || narrowing.from !== null) {
    chips.push(element("button", { type: "button", class: "link", onclick: () => showFlows({}) },
      "Show all"));
  }
  byId("chips").replaceChildren(...chips);
  for (const column of ["outcome", "cause"])
    byId(`choose-${column}`).value = narrowing.columns[column] || "";
  flowTable.setRows(flows.filter(fits));
}

function chip(text, remove) {
  return element("button", { type: "button", class: "chip", "aria-label": `Remove the filter ${text}`,
    onclick: () => { remove(); narrowing.total = null; narrowFlows(); } }, shortened(text, 60), " ×");
}

/** Narrows the table to flows with these columns, and goes there. */
function showFlows(columns, more = {}) {
  narrowing.columns = columns;
  narrowing.from = more.from ?? null;
  narrowing.to = more.to ?? null;
  narrowing.total = more.total ?? null;
  flowTable.forgetText();
  narrowFlows();
  const section = byId("flows");
  section.scrollIntoView({ behavior: "auto", block: "start" });
  section.focus({ preventScroll: true });
  announce(`${plural(flowTable.shown().length, "flow", "flows")} shown`);
}

function showFlow(flow) {
  location.hash = `flow=${flow.flow_id}`;
}

/** The address names the flow that is open, so that it can be sent to a colleague. */
function followHash() {
  const named = /^#flow=([a-z0-9_]+)$/.exec(location.hash);
  const flow = named && flowById.get(named[1]);
  const dialog = byId("flow-dialog");
  if (flow) {
    openFlow(flow, () => {
      if (location.hash.startsWith("#flow=")) history.pushState(null, "", "#flows");
    });
  } else if (dialog.open) {
    dialog.close();
  }
}

function heldSentence() {
  const held = data.flows;
  const parts = [];
  if (held.troubled_shown < held.troubled_total) {
    parts.push(`This page holds ${grouped(held.troubled_shown)} of the ${grouped(held.troubled_total)} `
      + "failed and incomplete flows, shared fairly between causes and servers; "
      + `${grouped(held.troubled_total - held.troubled_shown)} are left out here.`);
  } else if (held.troubled_total > 0) {
    parts.push(`All ${grouped(held.troubled_total)} failed and incomplete flows are here.`);
  }
  if (held.others_shown < held.others_total) {
    parts.push(`Of the ${grouped(held.others_total)} that are ok or no TLS it holds a sample of `
      + `${grouped(held.others_shown)}.`);
  }
  parts.push(data.choice
    ? "Charts and totals count every chosen flow; their rows are in the run's flows table, with all others."
    : "Charts and totals count every flow of the run; all rows are in the flows table beside it.");
  return parts.join(" ");
}
