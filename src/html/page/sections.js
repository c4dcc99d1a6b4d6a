// The sections above the table of flows.

function drawHero() {
  const { totals, run } = data;
  drawChoice();
  byId("headline").textContent = data.headline.title;
  byId("headline-text").textContent = data.headline.text;
  byId("origin").textContent = `${plural(run.frames, "frame", "frames")} (${bytes(run.bytes)}) of `
    + `${plural(run.traces, "capture", "captures")}, ${readableTime(run.first_packet)} to `
    + `${readableTime(run.last_packet)} UTC`;
  for (const name of outcomeNames) {
    if (totals[name] === 0) continue;
    const part = element("span", { class: name, title: `${outcomeWords[name]}: ${grouped(totals[name])}` });
    part.style.flexGrow = totals[name];
    byId("outcome-bar").append(part);
  }
  for (const name of outcomeNames) {
    const show = () => showFlows({ outcome: name }, { total: totals[name] });
    byId("outcomes").append(element("li", {}, element("button", { type: "button", class: `tile ${name}`,
      onclick: show, "data-count": totals[name] },
    element("span", { class: "big", text: grouped(totals[name]) }),
    element("span", {}, element("span", { class: `dot ${name}` }), outcomeWords[name],
      element("span", { class: "quiet", text: ` ${percentage(totals[name], totals.flows)}` })))));
  }
  drawLosses();
}

/** That the page is about some flows of the run only. */
function drawChoice() {
  if (!data.choice) return;
  const { text, of } = data.choice;
  byId("choice").hidden = false;
  byId("choice").append(element("b", { text: `${grouped(data.totals.flows)} of ${plural(of, "flow", "flows")}` }),
    ", chosen by ", element("code", {}, shortened(text, 400)),
    ". Whatever this page counts, of servers, certificates and names too, it counts of these alone.");
}

function drawLosses() {
  const { run } = data;
  const items = [...run.losses, ...run.remarks].map((text) => element("li", {}, shortened(text, 300)));
  if (run.loss_count > run.losses.length)
    items.push(element("li", { text: `and ${grouped(run.loss_count - run.losses.length)} more (run.json)` }));
  if (run.dropped > 0)
    items.push(element("li", { text: `${plural(run.dropped, "packet", "packets")} dropped by who captured` }));
  if (items.length === 0) return;
  byId("losses").append(element("details", { class: "losses" },
    element("summary", { text: "Not all could be read" }), element("ul", {}, ...items)));
}

function drawCauses() {
  const causes = [...causesOf("failed"), ...causesOf("incomplete")];
  const card = byId("cause-card");
  if (causes.length === 0) {
    byId("causes").hidden = true;
    return;
  }
  const shown = causes.slice(0, 14);
  const select = (cause) => showFlows({ outcome: cause.outcome, cause: cause.cause }, { total: cause.flows });
  addChart(card, {
    label: "Flows by cause", horizontal: true, height: 40 + 26 * shown.length,
    labels: shown.map((cause) => words(cause.cause)),
    datasets: [{ label: "flows", values: shown.map((cause) => cause.flows),
      colours: shown.map((cause) => outcomeColour[cause.outcome]) }],
    tooltip: (_, i) => `${plural(shown[i].flows, "flow", "flows")}, `
      + `${percentage(shown[i].flows, data.totals.flows)} of all; ${outcomeWords[shown[i].outcome]}`,
    onSelect: (_, i) => select(shown[i]),
    numbers: {
      head: ["Cause", "Outcome", "Flows", "Share of all"],
      rows: causes.map((cause) => ({
        cells: [words(cause.cause), outcomeWords[cause.outcome], grouped(cause.flows),
          percentage(cause.flows, data.totals.flows)],
        onSelect: () => select(cause),
      })),
    },
  });
  if (causes.length > shown.length) {
    const left = causes.slice(shown.length);
    card.insertBefore(element("p", { class: "quiet" }, `${plural(left.length, "more cause", "more causes")} `
      + `with ${plural(left.reduce((sum, cause) => sum + cause.flows, 0), "flow", "flows")} under Numbers.`),
    card.lastChild);
  }
  drawFirstLooks();
}

/** The largest groups of failures, with what to do about each. */
function drawFirstLooks() {
  const failing = new Set(causesOf("failed").map((cause) => cause.cause));
  const seen = new Set();
  const looks = objectsOf(data.failures).filter((group) => {
    if (!failing.has(group.cause) || seen.has(group.cause)) return false;
    seen.add(group.cause);
    return true;
  }).slice(0, 4);
  byId("first-card").hidden = looks.length === 0;
  for (const group of looks) {
    const example = flowById.get(group.example_flow_id);
    byId("first-looks").append(element("li", {},
      element("p", { class: "look-title" }, element("b", { text: words(group.cause) }),
        element("span", { class: "quiet" }, ` ${plural(Number(group.flows), "flow", "flows")} at `,
          endpoint(group.server_ip, group.server_port), group.sni ? " (" : "",
          shortened(group.sni, 40), group.sni ? ")" : "")),
      element("p", {}, shortened(group.explanation, 300)),
      example && example.next_step ? element("p", { class: "next", text: example.next_step }) : null,
      example ? element("button", { type: "button", class: "link", onclick: () => showFlow(example) },
        "See an example") : null));
  }
}

function drawTime() {
  const failed = causesOf("failed");
  const card = byId("time-card");
  if (!data.time || failed.length === 0) {
    card.hidden = true;
    return;
  }
  const { start, width } = data.time;
  const most = seriesColours.length;
  const shown = failed.slice(0, most);
  const series = shown.map((cause, i) =>
    ({ label: words(cause.cause), cause: cause.cause, values: cause.line, colours: seriesColours[i] }));
  if (failed.length > most) {
    const values = shown[0].line.map((_, bucket) =>
      failed.slice(most).reduce((sum, cause) => sum + (cause.line[bucket] || 0), 0));
    series.push({ label: `${failed.length - most} other causes`, values, colours: "other" });
  }
  const buckets = shown[0].line.map((_, i) => start + i * width);
  const all = buckets.map((_, i) => data.causes.reduce((sum, cause) => sum + (cause.line[i] || 0), 0));
  byId("time-hint").textContent = `Failed flows by when they began, ${span(width)} a bar. Select a part to see its flows.`;
  const select = (set, i) => showFlows(
    series[set].cause ? { outcome: "failed", cause: series[set].cause } : { outcome: "failed" },
    { from: buckets[i], to: buckets[i] + width, total: series[set].cause ? series[set].values[i] : null });
  addChart(card, {
    label: "Failed flows over time, by cause", height: 320, stacked: true, legend: true, dense: true,
    labels: buckets.map((ms) => bucketTime(ms, width)), datasets: series,
    tooltip: (set, i) => `${series[set].label}: ${grouped(series[set].values[i])} of `
      + `${plural(all[i], "flow", "flows")}`,
    onSelect: select,
    numbers: {
      head: ["From (UTC)", ...series.map((set) => set.label), "All flows"],
      rows: buckets.map((ms, i) => ({ cells: [bucketTime(ms, width),
        ...series.map((set) => grouped(set.values[i])), grouped(all[i])],
      onSelect: () => showFlows({}, { from: ms, to: ms + width, total: all[i] }) })).filter((_, i) => all[i] > 0),
    },
  });
}

function drawServers() {
  const servers = objectsOf(data.servers);
  for (const server of servers) server.name = endpoint(server.server_ip, server.server_port);
  const failing = servers.filter((server) => Number(server.failed) > 0).slice(0, 12);
  const order = ["failed", "incomplete", "not_tls", "ok"];
  const select = (server, outcome) => showFlows(
    outcome ? { server: server.name, outcome } : { server: server.name },
    { total: Number(outcome ? server[outcome] : server.flows) });
  if (failing.length > 0) {
    byId("server-hint").textContent = data.servers.failing > failing.length
      ? `The ${failing.length} servers with most failures, of ${grouped(data.servers.failing)} that have any.`
      : "Servers with failures, most first.";
    addChart(byId("server-card"), {
      label: "Outcomes of each server's flows", horizontal: true, stacked: true, legend: true, percent: true,
      height: 80 + 28 * failing.length,
      labels: failing.map((server) => `${server.name} (${grouped(Number(server.flows))})`),
      datasets: order.map((outcome) => ({
        label: outcomeWords[outcome], colours: outcomeColour[outcome],
        values: failing.map((server) => 100 * Number(server[outcome]) / Number(server.flows)),
      })),
      tooltip: (set, i) => `${outcomeWords[order[set]]}: ${grouped(Number(failing[i][order[set]]))} of `
        + `${grouped(Number(failing[i].flows))}`,
      onSelect: (set, i) => select(failing[i], order[set]),
      numbers: {
        head: ["Server", "Flows", "Failed", "Incomplete", "Not TLS", "Ok"],
        rows: failing.map((server) => ({
          cells: [server.name, ...["flows", "failed", "incomplete", "not_tls", "ok"]
            .map((name) => grouped(Number(server[name])))],
          onSelect: () => select(server),
        })),
      },
    });
  } else {
    byId("server-card").hidden = true;
  }
  drawServerTable(servers, select);
  drawFailureTable();
}
