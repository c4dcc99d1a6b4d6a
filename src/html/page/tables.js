// The tables of servers, failures, certificates and names.

/** How many rows a table shows of those that the file has. */
function noteOf(table, one, many) {
  return (shown, all) => {
    let text = shown === all ? plural(all, one, many) : `${grouped(shown)} of ${plural(all, one, many)}`;
    if (table.total > all) text += `; the run's file has ${grouped(table.total)}`;
    return text;
  };
}

function linkTo(text, onclick, most = 60) {
  return element("button", { type: "button", class: "link", onclick }, shortened(text, most));
}

function rowText(row) {
  return Object.values(row).join(" ");
}

function drawServerTable(servers, select) {
  const table = makeTable([
    { name: "name", title: "Server", value: (row) => row.name, class: "fixed",
      cell: (row) => linkTo(row.name, () => select(row)) },
    numberColumn("flows", "Flows"), numberColumn("failed", "Failed"),
    { name: "share", title: "Share failed", numeric: true, firstDescending: true,
      value: (row) => Number(row.failed) / Number(row.flows),
      cell: (row) => percentage(Number(row.failed), Number(row.flows)) },
    { ...textColumn("snis", "Names asked for"), most: 36 },
    { ...textColumn("versions", "Versions"), most: 30 },
    numberColumn("tcp_connect_ms_p50", "TCP p50", span),
    numberColumn("handshake_ms_p50", "Handshake p50", span),
    numberColumn("handshake_ms_p95", "p95", span),
  ], { caption: "All servers", text: rowText, placeholder: "Filter servers",
    note: noteOf(data.servers, "server", "servers") });
  byId("server-table").append(element("h3", { text: "Servers" }), table.root);
  table.setRows(servers);
}

function drawFailureTable() {
  const groups = objectsOf(data.failures);
  if (groups.length === 0) {
    byId("failure-table").hidden = true;
    return;
  }
  const select = (row) => showFlows(
    { cause: row.cause, reason: row.reason, actor: row.actor,
      server: endpoint(row.server_ip, row.server_port), sni: row.sni },
    { total: Number(row.flows) });
  const table = makeTable([
    { name: "cause", title: "Cause", value: (row) => row.cause, class: "verdict",
      cell: (row) => element("span", {}, linkTo(words(row.cause), () => select(row)),
        row.reason ? element("span", { class: "reason", text: words(row.reason) }) : "") },
    { name: "server", title: "Server", value: (row) => endpoint(row.server_ip, row.server_port), class: "fixed",
      cell: (row) => endpoint(row.server_ip, row.server_port) },
    { ...textColumn("sni", "Name (SNI)"), most: 40 },
    numberColumn("flows", "Flows"),
    { ...numberColumn("share_of_server", "Of its flows"),
      cell: (row) => `${(100 * Number(row.share_of_server)).toFixed(1)} %` },
    numberColumn("clients", "Clients"),
    textColumn("actor", "Ended by"),
    { ...textColumn("explanation", "For example"), most: 90, class: "wide" },
  ], { caption: "What failed where", text: rowText, placeholder: "Filter causes, servers, names",
    note: noteOf(data.failures, "group", "groups") });
  byId("failure-table").append(element("h3", { text: "What failed where" }), table.root);
  table.setRows(groups);
}

function drawCertificates() {
  const section = byId("certificates");
  const { bounds, by_days_left: counts } = data.certificates;
  if (data.certificates.total === 0) {
    section.hidden = true;
    return;
  }
  const labels = ["expired", ...bounds.slice(1).map((bound) => `< ${bound} days`),
    `≥ ${bounds.at(-1)} days`];
  const rows = objectsOf(data.certificates);
  const from = [-Infinity, ...bounds];
  const select = (_, i) => {
    table.setRows(rows.filter((row) => Number(row.days_left) >= from[i]
      && Number(row.days_left) < (bounds[i] ?? Infinity)));
    byId("certificate-table").scrollIntoView({ block: "start" });
    reset.hidden = false;
  };
  addChart(byId("certificate-card"), {
    label: "Certificates by days left", height: 200, labels,
    datasets: [{ label: "certificates", values: counts,
      colours: ["failed", "incomplete", "incomplete", "series-1", "ok", "ok"] }],
    tooltip: (_, i) => plural(counts[i], "certificate", "certificates"),
    onSelect: select,
    numbers: { head: ["Days left", "Certificates"],
      rows: labels.map((label, i) => ({ cells: [label, grouped(counts[i])], onSelect: () => select(0, i) })) },
  });
  const reset = element("button", { type: "button", class: "link",
    onclick: () => { table.setRows(rows); reset.hidden = true; } }, "Show all");
  reset.hidden = true;
  const table = makeTable([
    { ...textColumn("subject", "Subject"), most: 40, class: "verdict" },
    { ...numberColumn("days_left", "Days left", (days) => element("span",
      { class: days < 0 ? "late" : days < 30 ? "soon" : undefined }, grouped(days))), firstDescending: false },
    { name: "not_after", title: "Runs out (UTC)", value: (row) => row.not_after, class: "fixed",
      cell: (row) => readableTime(row.not_after).slice(0, 19) },
    { ...textColumn("names", "Names"), most: 30 }, { ...textColumn("issuer", "Issuer"), most: 30 },
    textColumn("role", "Role"),
    { ...textColumn("findings", "Findings"), cell: (row) => words(row.findings) },
    numberColumn("flows", "Flows"), { ...textColumn("servers", "Servers"), most: 30 },
  ], { caption: "Certificates, those that run out first", text: rowText, placeholder: "Filter certificates",
    note: noteOf(data.certificates, "certificate", "certificates"), tools: [reset] });
  byId("certificate-table").append(element("h3", { text: "Certificates" }), table.root);
  table.setRows(rows);
}

function drawNames() {
  if (data.names.total === 0) {
    byId("names").hidden = true;
    return;
  }
  const table = makeTable([
    { ...textColumn("name", "Name"), most: 40 }, textColumn("type", "Type"),
    { name: "outcome", title: "Outcome", value: (row) => row.outcome,
      cell: (row) => badge(row.outcome === "failed" ? "failed" : "incomplete", row.outcome) },
    { ...textColumn("reason", "Reason"), cell: (row) => words(row.reason) },
    textColumn("client_ip", "Client"), textColumn("resolver_ip", "Resolver"),
    numberColumn("tries", "Tries"), numberColumn("dns_ms", "Answer after", span),
    numberColumn("first_frame", "Frame", String),
    { ...textColumn("explanation", "What happened"), most: 100, class: "wide" },
  ], { caption: "Names looked up in vain or slowly", text: rowText, placeholder: "Filter names",
    note: noteOf(data.names, "lookup", "lookups") });
  byId("name-table").append(table.root);
  table.setRows(objectsOf(data.names));
}
