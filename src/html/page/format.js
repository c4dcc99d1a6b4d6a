// Values for people, and elements from text. Text is only ever inserted as text.

const numberFormat = new Intl.NumberFormat("en");

function grouped(number) {
  return numberFormat.format(number);
}

function plural(count, one, many) {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** "4.5 %"; no number that is not all is called 100 %. */
function percentage(part, whole) {
  if (whole === 0 || part === 0) return "0 %";
  if (part === whole) return "100 %";
  const share = 100 * part / whole;
  if (share < 0.1) return "< 0.1 %";
  if (share > 99.9) return "> 99.9 %";
  return `${share.toFixed(1)}\u00a0%`;
}

/** A span given in milliseconds. */
function span(ms) {
  const size = Math.abs(ms);
  if (size === 0) return "0";
  if (size < 1) return `${Number((ms * 1000).toPrecision(3))} µs`;
  if (size < 1000) return `${Number(ms.toPrecision(3))} ms`;
  if (size < 120000) return `${Number((ms / 1000).toPrecision(3))} s`;
  if (size < 7200000) return `${Number((ms / 60000).toPrecision(3))} min`;
  return `${Number((ms / 3600000).toPrecision(3))} h`;
}

function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit + 1 < units.length) {
    count /= 1000;
    ++unit;
  }
  return unit === 0 ? `${count} B` : `${count.toFixed(1)} ${units[unit]}`;
}

/** RFC 3339 to "2026-11-23 22:08:06.123", in UTC as in the file. */
function readableTime(text) {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{3})?/.exec(text);
  return parts ? `${parts[1]} ${parts[2]}${parts[3] || ""}` : text;
}

/** Like readableTime, of milliseconds since 1970; as short as a bucket of `width` ms allows. */
function bucketTime(ms, width) {
  const text = new Date(ms).toISOString();
  const day = text.slice(0, 10);
  if (width >= 86400000) return day;
  if (width >= 60000) return `${day} ${text.slice(11, 16)}`;
  return `${day} ${text.slice(11, width >= 1000 ? 19 : 23)}`;
}

/** `certificate_expired` to "certificate expired". */
function words(symbol) {
  return symbol.replaceAll("_", " ");
}

function endpoint(address, port) {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** An element with properties, dataset and children; strings among these become text nodes. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name === "class") {
      made.className = value;
    } else if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), value);
    } else if (name === "text") {
      made.textContent = value;
    } else {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

/** A text that may be long: cut for the eye, with more of it in the title. */
function shortened(text, most = 60) {
  if (text.length <= most) return document.createTextNode(text);
  const shown = Array.from(text.slice(0, most)).slice(0, most - 1).join("");
  return element("span", { class: "cut", title: text.slice(0, 2100) }, `${shown}…`);
}

function byId(id) {
  return document.getElementById(id);
}

function announce(text) {
  byId("announce").textContent = text;
}
