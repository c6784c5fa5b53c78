// One run of mrkdwn text to nodes: bold, italic, strike, code, <controls>, :emoji:, bare links, entities.
// Linear in the text's length: a delimiter that has no partner on its line is not searched for again.
import { el } from "../parts/dom.js";
import { control, link } from "./controls.js";
import { emoji } from "./emoji.js";
import { unescape } from "./safe_text.js";
import { Scan } from "./scan.js";

const PAIRS = { "*": "strong", "_": "em", "~": "s" };
const SPECIAL = /[*_~`<:&]|https?:\/\//g;
const EMOJI = /:([a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):/y;
const ENTITY = /&(?:amp|lt|gt);/y;
const BARE_LINK = /https?:\/\/(?:[^\s<>|"'`&]|&amp;)+/y;
const WORD = /[\p{L}\p{N}]/u;
const DEEPEST = 6;

/** Nodes for `text`; with codeOnly nothing but controls and entities is read. */
export function inline(text, names, { depth = 0, codeOnly = false } = {}) {
  return new Run(text, names, depth, codeOnly).nodes();
}

class Run extends Scan {
  constructor(text, names, depth, codeOnly) {
    super(text, SPECIAL);
    Object.assign(this, { names, depth, codeOnly, barren: {} });
  }

  /** Tries what may begin here; true when something was read and `at` stands after it. */
  read(mark) {
    if (mark === "<") return this.bracket();
    if (mark === "&") return this.match(ENTITY, (entity) => unescape(entity));
    if (this.codeOnly) return false;
    if (mark === "`") return this.code();
    if (mark === ":") return this.match(EMOJI, (written, name) => emoji(name));
    if (mark.length > 1) return this.bareLink();
    return this.depth < DEEPEST && this.pair(mark);
  }

  bareLink() {
    BARE_LINK.lastIndex = this.at;
    const address = BARE_LINK.exec(this.text)?.[0].replace(/[.,;:!?)\]}*_~]+$/, "");
    const node = address && link(unescape(address), null);
    return node ? this.take(node, this.at + address.length) : false;
  }

  bracket() {
    const close = this.lineFind(">", this.at + 1);
    const inside = close < 0 ? "" : this.text.slice(this.at + 1, close);
    if (!inside || inside.includes("<")) return false;
    return this.take(control(inside, this.names), close + 1);
  }

  code() {
    const close = this.lineFind("`", this.at + 1);
    if (close <= this.at + 1) return false;
    const inside = this.text.slice(this.at + 1, close);
    return this.take(el("code", {}, inline(inside, this.names, { codeOnly: true })), close + 1);
  }

  /** The next `mark` on this line from `from`, or -1. */
  lineFind(mark, from) {
    if (this.barren[mark] > from) return -1;
    const found = this.text.indexOf(mark, from);
    const line = this.lineEnd(from);
    if (found >= 0 && found < line) return found;
    this.barren[mark] = line;
    return -1;
  }

  lineEnd(from) {
    if (this.line > from) return this.line;
    const end = this.text.indexOf("\n", from);
    this.line = end < 0 ? this.text.length : end;
    return this.line;
  }

  pair(mark) {
    if (this.at > 0 && (WORD.test(this.text[this.at - 1]) || this.text[this.at - 1] === mark)) return false;
    const next = this.text[this.at + 1];
    if (next === undefined || next === mark || /\s/.test(next)) return false;
    const close = this.closing(mark);
    if (close < 0) return false;
    const inside = inline(this.text.slice(this.at + 1, close), this.names, { depth: this.depth + 1 });
    return this.take(el(PAIRS[mark], {}, inside), close + 1);
  }

  /** Where the pair opened here closes on its line, past code and brackets, or -1. */
  closing(mark) {
    const line = this.lineEnd(this.at);
    if (this.barren[mark] >= line) return -1;
    for (let at = this.at + 1; at < line; at += 1) {
      const here = this.text[at];
      if (here === "`" || here === "<") at = this.skip(here === "<" ? ">" : "`", at, line);
      else if (here === mark && this.closes(mark, at)) return at;
    }
    this.barren[mark] = line;
    return -1;
  }

  skip(mark, at, line) {
    const close = this.text.indexOf(mark, at + 1);
    return close >= 0 && close < line ? close : at;
  }

  closes(mark, at) {
    const after = this.text[at + 1];
    return !/\s/.test(this.text[at - 1]) && after !== mark && (after === undefined || !WORD.test(after));
  }
}
