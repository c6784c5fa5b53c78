// Slack's mrkdwn to DOM nodes, block level: fenced code, quotes, and the lines between them.
// Does not know: standard Markdown (markdown.js) or rich_text (blocks/rich_text.js).
import { el, fragment } from "../parts/dom.js";
import { inline } from "./mrkdwn_inline.js";
import { unescape } from "./safe_text.js";

/** The nodes for one mrkdwn text. `names` as controls.js asks for it. */
export function mrkdwn(text, names) {
  const out = fragment();
  for (const part of fences(text)) {
    if (part.code === undefined) out.append(lines(part.text, names));
    else out.append(el("pre", {}, codeText(part.code, names)));
  }
  return out;
}

/** Splits on ``` … ```; an opening without its closing stays text. */
function fences(text) {
  const parts = [];
  let rest = 0;
  for (;;) {
    const open = text.indexOf("```", rest);
    const close = open < 0 ? -1 : text.indexOf("```", open + 3);
    if (close < 0) break;
    parts.push({ text: text.slice(rest, open).replace(/\n$/, "") });
    parts.push({ code: text.slice(open + 3, close).replace(/^\n/, "").replace(/\n$/, "") });
    rest = close + 3;
    if (text[rest] === "\n") rest += 1;
  }
  parts.push({ text: text.slice(rest) });
  return parts.filter((part) => part.code !== undefined || part.text !== "");
}

/** In code only links and mentions act; everything else is as written. */
export function codeText(code, names) {
  return inline(code, names, { codeOnly: true });
}

const QUOTE = /^(?:&gt;|>) ?/;

function lines(text, names) {
  const out = fragment();
  let run = [];
  let quoting = false;
  const flush = () => {
    if (run.length) out.append(quoting ? el("blockquote", {}, inline(run.join("\n"), names)) : paragraph(run, names));
    run = [];
  };
  const all = text.split("\n");
  for (let index = 0; index < all.length; index += 1) {
    if (/^(?:&gt;){3}|^>>>/.test(all[index])) {
      flush();
      const quoted = [all[index].replace(/^(?:(?:&gt;){3}|>>>) ?/, ""), ...all.slice(index + 1)].join("\n");
      out.append(el("blockquote", {}, inline(quoted, names)));
      return out;
    }
    const isQuote = QUOTE.test(all[index]);
    if (isQuote !== quoting) flush();
    quoting = isQuote;
    run.push(isQuote ? all[index].replace(QUOTE, "") : all[index]);
  }
  flush();
  return out;
}

function paragraph(run, names) {
  return el("div", { class: "lines" }, inline(run.join("\n"), names));
}

/** mrkdwn as one line of plain words, for announcements and labels. */
export function plainWords(text) {
  return unescape(text.replace(/<([^>|]*)\|([^>]*)>/g, "$2").replace(/<([^>]*)>/g, "$1").replace(/[*_~`]/g, ""));
}
