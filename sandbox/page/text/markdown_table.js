// Markdown tables: a header row, a line of dashes with colons for alignment, body rows.
import { el } from "../parts/dom.js";
import { markdownInline } from "./markdown_inline.js";

const DASHES = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** Whether a table begins at this line. */
export function isTableStart(source, at) {
  const dashes = source[at + 1];
  return source[at].includes("|") && dashes !== undefined && dashes.includes("-") && DASHES.test(dashes)
    && cells(dashes).length === cells(source[at]).length;
}

/** Cells between bars; a bar after a backslash or inside code does not divide. */
function cells(line) {
  const trimmed = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  const found = [""];
  let code = false;
  for (let at = 0; at < trimmed.length; at += 1) {
    if (trimmed[at] === "`") code = !code;
    if (trimmed[at] === "|" && !code && trimmed[at - 1] !== "\\") found.push("");
    else found[found.length - 1] += trimmed[at];
  }
  return found.map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

function alignment(dashes) {
  return cells(dashes).map((cell) => {
    if (cell.endsWith(":")) return cell.startsWith(":") ? "center" : "right";
    return "left";
  });
}

/** Reads the table at `at`: [node, the line after it]. */
export function readTable(source, at, names) {
  const sides = alignment(source[at + 1]);
  const row = (line, tag) => {
    const found = cells(line);
    return el("tr", {}, sides.map((side, column) =>
      el(tag, { class: `to-${side}`, scope: tag === "th" ? "col" : null }, markdownInline(found[column] ?? "", names))));
  };
  const body = el("tbody");
  let next = at + 2;
  while (next < source.length && source[next].includes("|")) {
    body.append(row(source[next], "td"));
    next += 1;
  }
  const table = el("table", {}, el("thead", {}, row(source[at], "th")), body);
  return [el("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": "Table" }, table), next];
}
