// One flow: what happened, why, and the packets of it as a ladder.

const longSilence = 500;  // ms

/** "frame:side:meaning[:detail]+ms" of the column `evidence`; what is no such thing is skipped. */
function eventsOf(flow) {
  const events = [];
  for (const token of flow.evidence.split(" ")) {
    const parts = /^(\d+):(client|server):([a-z0-9_]+)(?::([^+]*))?\+(-?\d+(?:\.\d+)?)$/.exec(token);
    if (!parts) continue;
    const [, frame, side, meaning, detail, ms] = parts;
    events.push({ frame, side, meaning, detail: detail || "", ms: Number(ms) });
  }
  // What is only known later, as a hole, stands later in the column.
  return events.sort((a, b) => a.ms - b.ms);
}

function eventWords(event) {
  const text = data.vocabulary.events[event.meaning] || words(event.meaning);
  if (event.meaning === "alert") return `alert: ${words(event.detail)}`;
  return event.detail ? `${text} (${event.detail})` : text;
}

/** Events of one frame are one rung. */
function rungsOf(flow) {
  const rungs = [];
  for (const event of eventsOf(flow)) {
    const last = rungs.at(-1);
    if (last && last.frame === event.frame && last.side === event.side) {
      last.words.push(eventWords(event));
      last.meanings.push(event.meaning);
    } else {
      rungs.push({ ...event, words: [eventWords(event)], meanings: [event.meaning] });
    }
  }
  return rungs;
}

const badMeanings = new Set(["rst", "alert", "encrypted_alert", "icmp_error", "hole",
  "starttls_refused", "starttls_not_offered", "socks_refused"]);
const againMeanings = new Set(["syn_retransmitted", "syn_ack_retransmitted", "gap", "hole",
  "icmp_error"]);

function rungElement(rung, before, decisive) {
  const classes = ["rung", rung.side];
  if (rung.meanings.some((meaning) => badMeanings.has(meaning))) classes.push("bad");
  if (rung.meanings.some((meaning) => againMeanings.has(meaning))) classes.push("dashed");
  if (decisive) classes.push("decisive");
  const since = before === null ? "" : `+${span(Math.max(rung.ms - before, 0))}`;
  return element("li", { class: classes.join(" ") },
    element("span", { class: "when" }, element("span", {}, span(rung.ms)),
      element("span", { class: "since" }, since)),
    element("span", { class: "lane" },
      element("span", { class: "unseen", text: `${rung.side} sends ` }),
      element("span", { class: "said", text: rung.words.join(", ") }),
      element("span", { class: "arrow", "aria-hidden": "true" })),
    element("span", { class: "frame" }, element("span", { class: "unseen", text: "frame " }),
      rung.frame, decisive ? element("span", { class: "tag", text: "decisive" }) : null));
}

function silenceElement(text) {
  return element("li", { class: "rung silence" }, element("span", { class: "when" }),
    element("span", { class: "lane" }, element("span", { class: "said", text })),
    element("span", { class: "frame" }));
}

function ladderOf(flow) {
  const rungs = rungsOf(flow);
  const list = element("ol", { class: "ladder", "aria-label": "Packets, in order" });
  let before = null;
  for (const rung of rungs) {
    if (before !== null && rung.ms - before >= longSilence)
      list.append(silenceElement(`${span(rung.ms - before)} without a word`));
    list.append(rungElement(rung, before, rung.frame === flow.decisive_frame));
    before = rung.ms;
  }
  const rest = Number(flow.duration_ms) - (before || 0);
  if (rest >= longSilence)
    list.append(silenceElement(`nothing new for ${span(rest)}, to the last frame (${flow.last_frame})`));
  const ends = element("div", { class: "ladder-ends", "aria-hidden": "true" },
    element("span", {}, element("b", { text: "client" }), element("span", { text: flow.client })),
    element("span", {}, element("b", { text: "server" }), element("span", { text: flow.server })));
  return element("section", {}, element("h3", { text: "What happened" }), ends, list,
    element("p", { class: "quiet", text: "Frame numbers are Wireshark's, in " }, fileName(flow.file)));
}

function fileName(file) {
  return element("code", {}, shortened(file, 120));
}

function stepsOf(flow) {
  const steps = data.steps.map(({ step }) => [step, flow[`${step}_ms`]])
    .filter(([, ms]) => ms !== "").map(([step, ms]) => [step, Number(ms)]);
  if (steps.length === 0) return null;
  const longest = Math.max(...steps.map(([, ms]) => ms));
  const rows = steps.map(([step, ms]) => {
    const bar = element("span", { class: "bar" });
    bar.style.width = `${longest > 0 ? Math.max(100 * ms / longest, 0.5) : 0}%`;
    return element("tr", { class: flow.slowest_step === step ? "slowest" : undefined },
      element("th", { scope: "row", title: stepWords[step] }, columnWords[step]),
      element("td", { class: "bars" }, bar), element("td", { class: "number" }, span(ms)));
  });
  return element("section", {}, element("h3", { text: "How long the steps took" }),
    element("table", { class: "step-times" }, element("tbody", {}, ...rows)));
}

function commandOf(flow) {
  const command = `tlstriage carve ${flow.inputs} --flow ${flow.flow_id} -o small.pcapng`;
  const code = element("code", { class: "command", tabindex: "0", text: command });
  const copy = element("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(command);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      copy.textContent = "Selected";
    }
  } }, "Copy");
  return element("section", {}, element("h3", { text: "Carve these packets out" }),
    element("div", { class: "command-line" }, code, copy));
}

function alternativesOf(flow) {
  if (flow.alternatives === "") return null;
  const items = flow.alternatives.split(" ").map((word) => {
    const why = data.vocabulary.reasons[word];
    return element("li", {}, element("b", { text: words(word) }), why ? ` – ${why}` : "");
  });
  return element("section", {}, element("h3", { text: "It may also be" }),
    element("ul", {}, ...items));
}

function factsOf(flow) {
  const shown = [
    ["Name (SNI)", flow.sni], ["Started", readableTime(flow.start_time) + " UTC"],
    ["Reached", words(flow.stage)], ["Ended by", flow.actor === "none" ? "" : flow.actor],
    ["Confidence", flow.confidence], ["Decisive frame", flow.decisive_frame], ["Alert", flow.alert && `${words(flow.alert)} (${flow.alert_sender})`],
    ["Version", flow.version || (flow.versions_offered && `offered: ${flow.versions_offered}`)],
    ["Cipher suite", flow.cipher], ["Certificate", flow.cert_subject],
    ["Findings", words(flow.cert_findings)], ["Speaks", flow.server_speaks],
    ["Notes", words(flow.notes)],
  ].filter(([, value]) => value);
  const list = element("dl", { class: "facts" }, ...shown.map(([title, value]) =>
    element("div", {}, element("dt", { text: title }), element("dd", {}, shortened(value, 160)))));
  return element("section", {}, element("h3", { text: "In short" }), list);
}

function allColumnsOf(flow) {
  const rows = data.flows.columns.filter((name) => flow[name] !== "" && name !== "inputs")
    .map((name) => element("tr", {}, element("th", { scope: "row", text: name }),
      element("td", {}, shortened(flow[name], 1500))));
  return element("details", { class: "numbers" }, element("summary", { text: "All columns" }),
    element("div", { class: "scroll" }, element("table", {}, element("tbody", {}, ...rows))));
}

function badge(outcome, text) {
  return element("span", { class: `badge ${outcome}`, text });
}

function verdictOf(flow) {
  return flow.cause === "none" ? "ok" : words(flow.cause);
}

/** Shows a flow; `closed()` is called when the reader leaves it. */
function openFlow(flow, closed) {
  const dialog = byId("flow-dialog");
  const close = element("button", { type: "button", class: "close", "aria-label": "Close",
    onclick: () => dialog.close() }, "×");
  const title = element("h2", { id: "flow-title", tabindex: "-1" },
    badge(flow.outcome, outcomeWords[flow.outcome]), ` ${verdictOf(flow)}`);
  const reason = flow.reason ? element("p", { class: "reason", text: words(flow.reason) }) : null;
  dialog.replaceChildren(...[
    element("header", {}, title, close), reason,
    element("p", { class: "explanation" }, shortened(flow.explanation, 600)),
    flow.next_step ? element("p", { class: "next" }, element("b", { text: "Check next: " }),
      flow.next_step) : null,
    alternativesOf(flow), ladderOf(flow), stepsOf(flow), factsOf(flow), commandOf(flow),
    element("p", { class: "quiet", text: `Flow ${flow.flow_id}` }), allColumnsOf(flow),
  ].filter(Boolean));
  dialog.onclose = closed;
  // The dimmed page around the dialog closes it, as people expect.
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  title.focus();
}
