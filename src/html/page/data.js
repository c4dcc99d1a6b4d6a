// The page's data: what src/html/model.cpp wrote, and flows as objects.

const data = JSON.parse(byId("data").textContent);

/** A table's rows as objects by column. */
function objectsOf(table) {
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((name, i) => [name, row[i]])));
}

const flows = data.flows.rows.map((row) => {
  const flow = {};
  data.flows.columns.forEach((name, i) => {
    flow[name] = data.flows.repeating[i] ? data.flows.strings[row[i]] : row[i];
  });
  flow.server = endpoint(flow.server_ip, flow.server_port);
  flow.client = endpoint(flow.client_ip, flow.client_port);
  flow.start_ms = Date.parse(flow.start_time.slice(0, 23) + "Z");
  return flow;
});
const flowById = new Map(flows.map((flow) => [flow.flow_id, flow]));

const outcomeNames = ["failed", "incomplete", "not_tls", "ok"];
const outcomeWords = {
  ok: "ok", failed: "failed", incomplete: "incomplete", not_tls: "not TLS",
};

/** Causes of one outcome, most flows first. */
function causesOf(outcome) {
  return data.causes.filter((cause) => cause.outcome === outcome)
    .sort((a, b) => b.flows - a.flows);
}

const columnWords = {
  flow_id: "Flow", server_ip: "Server", sni: "Name (SNI)", tcp_connect: "TCP connect",
  client_hello: "ClientHello", server_hello: "ServerHello", certificate: "Certificate",
  finished: "Finished", handshake: "Whole handshake",
};

/** What a step lasts from and to, as docs/verdicts.md has it. */
const stepWords = {
  tcp_connect: "SYN to SYN-ACK",
  client_hello: "connected to ClientHello",
  server_hello: "ClientHello to ServerHello",
  certificate: "ServerHello to Certificate",
  finished: "ServerHello to Finished",
  handshake: "ClientHello to Finished",
};
