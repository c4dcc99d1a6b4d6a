// A table that sorts, filters and shows a page at a time.

/** How many rows a table shows at first. */
function rowsAtFirst(most) {
  return window.innerWidth < 760 ? Math.min(most, 6) : most;
}

/**
 * columns: [{name, title, value(row) → number or string to sort by, cell(row) → Node or string,
 *            numeric, firstDescending, wide}]
 * options: {caption, text(row): what a filter looks through, none without; placeholder; rows: how
 *           many at first; note(shown, all) → string; tools: [Node]; empty: said of no rows}
 * Returns {root, setRows(rows), forgetText(), shown() → rows}.
 */
function makeTable(columns, options) {
  const atFirst = rowsAtFirst(options.rows || 10);
  const state = { all: [], shown: [], sort: null, descending: false, text: "", most: atFirst };
  const body = element("tbody");
  const count = element("p", { class: "quiet count", role: "status" });
  const more = element("button", { type: "button", class: "more", onclick: showMore });
  const head = element("tr", { role: "row" });
  for (const column of columns) {
    const button = element("button", { type: "button", class: "sort", onclick: () => sortBy(column) },
      column.title);
    head.append(element("th", { scope: "col", role: "columnheader", class: column.numeric ? "number" : undefined },
      button));
  }
  // The roles are said, as a phone shows rows as blocks, which would be no table to a reader.
  const table = element("table", { role: "table" }, element("caption", { class: "unseen", text: options.caption }),
    element("thead", {}, head), body);
  const tools = element("div", { class: "table-tools" });
  let input = null;
  if (options.text) {
    input = element("input", {
      type: "search", placeholder: options.placeholder || "Filter", spellcheck: "false",
      autocomplete: "off", "aria-label": `Filter: ${options.caption}`,
      oninput: (event) => { state.text = event.target.value; state.most = atFirst; update(); },
    });
    tools.append(input);
  }
  if (options.tools) tools.append(...options.tools);
  // Where a row is a card there is no head to sort by.
  tools.append(element("select", {
    class: "sort-choice", "aria-label": `Sort: ${options.caption}`,
    onchange: (event) => { if (event.target.value !== "") sortBy(columns[Number(event.target.value)]); },
  }, element("option", { value: "" }, "Sort by"),
  ...columns.map((column, i) => element("option", { value: i }, column.title))), count);
  const root = element("div", { class: "table" }, tools,
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": options.caption },
      table), more);

  function sortBy(column) {
    state.descending = state.sort === column ? !state.descending : Boolean(column.firstDescending);
    state.sort = column;
    update();
    announce(`Sorted by ${column.title}, ${state.descending ? "descending" : "ascending"}`);
  }

  function showMore() {
    const from = Math.min(state.most, state.shown.length);
    state.most += 50;
    draw();
    const next = body.rows[from];
    const target = next && next.querySelector("button, a");
    if (target) target.focus();
  }

  function compare(a, b) {
    const x = state.sort.value(a);
    const y = state.sort.value(b);
    // What has no value comes last in either direction.
    const empty = (value) => value === "" || Number.isNaN(value);
    if (empty(x) || empty(y)) return Number(empty(x)) - Number(empty(y));
    const order = typeof x === "number" ? x - y : x < y ? -1 : x > y ? 1 : 0;
    return state.descending ? -order : order;
  }

  function update() {
    const terms = state.text.toLowerCase().split(/\s+/).filter(Boolean);
    state.shown = state.all.filter((row) => {
      if (terms.length === 0) return true;
      const text = options.text(row).toLowerCase();
      return terms.every((term) => text.includes(term));
    });
    if (state.sort) state.shown.sort(compare);
    columns.forEach((column, i) => {
      const sorted = state.sort === column;
      if (sorted) {
        head.cells[i].setAttribute("aria-sort", state.descending ? "descending" : "ascending");
      } else {
        head.cells[i].removeAttribute("aria-sort");
      }
    });
    draw();
  }

  function draw() {
    body.replaceChildren(...state.shown.slice(0, state.most).map(drawRow));
    if (state.shown.length === 0) {
      body.append(element("tr", {}, element("td", { colspan: columns.length, class: "quiet" },
        options.empty || "Nothing here.")));
    }
    const left = state.shown.length - state.most;
    more.hidden = left <= 0;
    more.textContent = `Show more (${grouped(Math.max(left, 0))} left)`;
    count.textContent = options.note(state.shown.length, state.all.length);
  }

  function drawRow(row) {
    const line = element("tr", { role: "row" });
    for (const column of columns) {
      const value = column.cell(row);
      const cell = element("td", { role: "cell", class: column.numeric ? "number" : column.class,
        "data-title": column.title });
      cell.append(typeof value === "string" ? shortened(value, column.most) : value);
      line.append(cell);
    }
    return line;
  }

  return {
    root,
    setRows(rows) {
      state.all = rows;
      state.most = atFirst;
      update();
    },
    /** Forgets what was typed; setRows() draws. */
    forgetText() {
      state.text = "";
      if (input) input.value = "";
    },
    shown: () => state.shown,
  };
}

/** A column of a cell that is a text of the row. */
function textColumn(name, title, more = {}) {
  return { name, title, value: (row) => row[name], cell: (row) => row[name], ...more };
}

/** A column of whole numbers, or of milliseconds. */
function numberColumn(name, title, show = grouped) {
  const value = (row) => row[name] === "" ? NaN : Number(row[name]);
  return {
    name, title, numeric: true, firstDescending: true, value,
    cell: (row) => row[name] === "" ? "" : show(value(row)),
  };
}
