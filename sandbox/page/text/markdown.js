// Standard Markdown (Slack's markdown block) to DOM nodes, block level: headings, lists, code, tables, quotes, rules.
// Does not know: HTML in Markdown (shown as written), footnotes, reference links.
import { el, fragment } from "../parts/dom.js";
import { markdownInline } from "./markdown_inline.js";
import { isTableStart, readTable } from "./markdown_table.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)\s*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TASK = /^\[([ xX])\]\s+/;
const DEEPEST = 8;

/** The nodes for one Markdown text. `names` as controls.js asks for it; `level` is what headings are to the ear. */
export function markdown(text, names, { level = 3, depth = 0 } = {}) {
  const source = text.split("\n");
  const out = fragment();
  let at = 0;
  while (at < source.length) {
    const [node, next] = readBlock(source, at, names, { level, depth });
    if (node) out.append(node);
    at = next;
  }
  return out;
}

/** Reads one block at line `at`: [node or null, the line after it]. */
function readBlock(source, at, names, { level, depth }) {
  const line = source[at];
  if (!line.trim()) return [null, at + 1];
  if (FENCE.test(line)) return readFence(source, at);
  const heading = HEADING.exec(line);
  if (heading) return [headingNode(heading, names, level), at + 1];
  if (RULE.test(line)) return [el("hr"), at + 1];
  if (isTableStart(source, at)) return readTable(source, at, names);
  if (depth < DEEPEST && QUOTE.test(line)) return readQuote(source, at, names, depth);
  if (depth < DEEPEST && ITEM.test(line)) return readList(source, at, names, depth);
  return readParagraph(source, at, names, depth);
}

/** A message's headings are one level below the page's own, whatever size they have for the eye. */
function headingNode([, marks, text], names, level) {
  const attributes = { class: `md-h md-h${marks.length}`, role: "heading", "aria-level": level };
  return el("div", attributes, markdownInline(text, names));
}

function readFence(source, at) {
  const [, fence, language] = FENCE.exec(source[at]);
  const body = [];
  let next = at + 1;
  while (next < source.length && !isClosing(source[next], fence)) {
    body.push(source[next]);
    next += 1;
  }
  return [el("pre", { data: language ? { language } : {} }, body.join("\n")), next + 1];
}

function isClosing(line, fence) {
  const mark = line.trim();
  return mark.length >= fence.length && mark === fence[0].repeat(mark.length);
}

function readQuote(source, at, names, depth) {
  const body = [];
  let next = at;
  while (next < source.length && QUOTE.test(source[next])) {
    body.push(source[next].replace(QUOTE, ""));
    next += 1;
  }
  return [el("blockquote", {}, markdown(body.join("\n"), names, { depth: depth + 1 })), next];
}

/** One list: items of the same kind at this indent; deeper lines belong to the item above them. */
function readList(source, at, names, depth) {
  const [, indent, bullet] = ITEM.exec(source[at]);
  const ordered = /\d/.test(bullet);
  const list = el(ordered ? "ol" : "ul", ordered ? { start: Number.parseInt(bullet, 10) } : {});
  let next = at;
  while (next < source.length) {
    const item = ITEM.exec(source[next]);
    if (!item || RULE.test(source[next]) || item[1].length > indent.length + 1) break;
    if (item[1].length < indent.length || /\d/.test(item[2]) !== ordered) break;
    const [body, after] = readItem(source, next, item);
    list.append(itemNode(body, names, depth));
    next = after;
  }
  return [list, next];
}

/** The lines of one item, unindented, and the line after it. */
function readItem(source, at, [, indent, bullet, first]) {
  const body = [first];
  let next = at + 1;
  const inner = indent.length + bullet.length + 1;
  for (; next < source.length; next += 1) {
    const line = source[next];
    const lead = /^\s*/.exec(line)[0].length;
    if (line.trim() && lead <= indent.length) break;
    if (!line.trim() && !belongs(source[next + 1], indent.length)) break;
    body.push(line.slice(Math.min(lead, inner)));
  }
  return [body, next];
}

function belongs(line, indent) {
  return Boolean(line?.trim()) && /^\s*/.exec(line)[0].length > indent;
}

function itemNode(body, names, depth) {
  const task = TASK.exec(body[0]);
  if (task) body[0] = body[0].slice(task[0].length);
  const inner = markdown(body.join("\n"), names, { depth: depth + 1 });
  const only = inner.children.length > 0 && inner.firstElementChild.tagName === "P" ? inner.firstElementChild : null;
  if (only) only.replaceWith(...only.childNodes);
  if (!task) return el("li", {}, inner);
  const box = el("input", { type: "checkbox", disabled: true, "aria-label": task[1] === " " ? "to do" : "done" });
  box.checked = task[1] !== " ";
  return el("li", { class: "md-task" }, box, inner);
}

function readParagraph(source, at, names, depth) {
  const body = [source[at]];
  let next = at + 1;
  while (next < source.length && continues(source, next, depth)) {
    body.push(source[next]);
    next += 1;
  }
  return [el("p", {}, markdownInline(body.join("\n").trim(), names)), next];
}

function continues(source, at, depth) {
  const line = source[at];
  if (!line.trim() || FENCE.test(line) || HEADING.test(line) || RULE.test(line)) return false;
  if (depth < DEEPEST && (QUOTE.test(line) || ITEM.test(line))) return false;
  return !isTableStart(source, at);
}
