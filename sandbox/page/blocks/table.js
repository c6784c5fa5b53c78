// The table and data_table blocks: first row is the header; cells are raw_text, raw_number or rich_text.
import { el } from "../parts/dom.js";
import { withEmoji } from "../text/emoji.js";
import { richParts } from "./rich_text.js";

export function table(block, place) {
  const settings = block.column_settings ?? [];
  const rows = block.rows.map((row, index) => tableRow(row, index, settings, place.names));
  return scroller("Table", el("table", {}, el("thead", {}, rows[0]), el("tbody", {}, rows.slice(1))));
}

function tableRow(row, index, settings, names) {
  const tag = index === 0 ? "th" : "td";
  return el("tr", {}, row.map((cell, column) => {
    const setting = settings[column] ?? {};
    const side = setting.align ?? (cell?.type === "raw_number" ? "right" : "left");
    const classes = [`to-${side}`, setting.is_wrapped === false && "unwrapped"].filter(Boolean).join(" ");
    return el(tag, { class: classes, scope: index === 0 ? "col" : null }, cellContent(cell, names));
  }));
}

function cellContent(cell, names) {
  switch (cell?.type) {
    case "raw_text": return withEmoji(cell.text ?? "");
    case "raw_number": return cell.text ?? String(cell.value ?? cell.number ?? "");
    case "rich_text": return richParts(cell.elements ?? [], names);
    default: return cell === null ? "" : JSON.stringify(cell);
  }
}

function scroller(name, inside) {
  return el("div", { class: "block table-scroll", tabindex: 0, role: "group", "aria-label": name }, inside);
}

/** A data_table: pages of `page_size` rows, sortable by its header buttons. */
export function dataTable(block, place) {
  const size = block.page_size ?? 5;
  const [head, ...rows] = block.rows;
  const body = el("tbody");
  const state = { page: 0, column: null, down: false };
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const pageNote = el("span", {});
  const show = () => {
    const from = state.page * size;
    const shown = sorted(rows, state).slice(from, from + size);
    body.replaceChildren(...shown.map((row) => tableRow(row, 1, [], place.names)));
    pageNote.textContent = `${from + 1}–${Math.min(from + size, rows.length)} of ${rows.length}`;
  };
  const turn = (by) => {
    state.page = (state.page + by + pages) % pages;
    show();
  };
  show();
  const footer = pages > 1 && el("div", { class: "table-pages" }, pageNote,
    el("button", { type: "button", class: "quiet", on: { click: () => turn(-1) } }, "Previous"),
    el("button", { type: "button", class: "quiet", on: { click: () => turn(1) } }, "Next"));
  const inner = el("table", {}, el("caption", {}, block.caption ?? ""), sortHead(head, state, show, place.names), body);
  return el("div", { class: "block" }, scroller(block.caption ?? "Table", inner), footer);
}

function sortHead(head, state, show, names) {
  const cells = head.map((cell, column) => {
    const th = el("th", { scope: "col" });
    const click = () => {
      state.down = state.column === column && !state.down;
      state.column = column;
      for (const other of th.parentElement.children) other.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      show();
    };
    th.append(el("button", { type: "button", class: "sort", on: { click } }, cellContent(cell, names)));
    return th;
  });
  return el("thead", {}, el("tr", {}, cells));
}

function sorted(rows, { column, down }) {
  if (column === null) return rows;
  const value = (row) => row[column]?.value ?? row[column]?.text ?? JSON.stringify(row[column]);
  const order = new Intl.Collator("en", { numeric: true });
  return [...rows].sort((a, b) => order.compare(value(a), value(b)) * (down ? -1 : 1));
}
