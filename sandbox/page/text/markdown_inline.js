// One run of Markdown to nodes: emphasis, code, links, images, bare addresses, :emoji:, Slack's <@mentions>.
// Linear: a mark without a partner is remembered and not searched for again.
import { el } from "../parts/dom.js";
import { control, link } from "./controls.js";
import { emoji } from "./emoji.js";
import { safeUrl } from "./safe_text.js";
import { Scan } from "./scan.js";

const SPECIAL = /[\\`*_~[!<:\n&]|https?:\/\//g;
const WORD = /[\p{L}\p{N}]/u;
const EMOJI = /:([a-z0-9_+'-]{1,60}):/y;
const BARE_LINK = /https?:\/\/[^\s<>"'`|]+/y;
const TARGET = /\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+"[^"\n]{0,300}")?\s*\)/y;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'", "&nbsp;": "\u00a0" };
const ENTITY = /&(?:amp|lt|gt|quot|#39|nbsp);/y;
const TAGS = { "**": "strong", "__": "strong", "*": "em", "_": "em", "~~": "s" };
const DEEPEST = 6;

/** Nodes for `text`; `names` as controls.js asks for it. */
export function markdownInline(text, names, depth = 0) {
  return new Run(text, names, depth).nodes();
}

class Run extends Scan {
  constructor(text, names, depth) {
    super(text, SPECIAL);
    Object.assign(this, { names, depth, barren: new Set(), found: new Map() });
  }

  read(mark) {
    switch (mark) {
      case "\\": return this.escaped();
      case "\n": return this.take(/ {2}$/.test(this.text.slice(this.plain, this.at)) ? el("br") : "\n", this.at + 1);
      case "`": return this.code();
      case "[": return this.linked();
      case "!": return this.image();
      case "<": return this.bracket();
      case ":": return this.match(EMOJI, (written, name) => emoji(name));
      case "&": return this.match(ENTITY, (entity) => ENTITIES[entity]);
      case "*": case "_": case "~": return this.depth < DEEPEST && this.emphasis(mark);
      default: return this.bareLink();
    }
  }

  escaped() {
    const next = this.text[this.at + 1];
    return next && /[!-/:-@[-`{-~]/.test(next) ? this.take(next, this.at + 2) : false;
  }

  /** Where `mark` next stands from `from`, or -1; what an earlier search found is not searched for again. */
  find(mark, from) {
    const earlier = this.found.get(mark);
    if (earlier !== undefined && (earlier < 0 || earlier >= from)) return earlier;
    const found = this.text.indexOf(mark, from);
    this.found.set(mark, found);
    return found;
  }

  code() {
    const ticks = /^`+/.exec(this.text.slice(this.at, this.at + 8))[0];
    const close = this.find(ticks, this.at + ticks.length);
    if (close < 0) return false;
    const inside = this.text.slice(this.at + ticks.length, close).replace(/\n/g, " ");
    return this.take(el("code", {}, inside.trim() || inside), close + ticks.length);
  }

  linked() {
    const target = this.target(this.at + 1);
    if (!target || this.depth >= DEEPEST) return false;
    const label = markdownInline(this.text.slice(this.at + 1, target.close), this.names, this.depth + 1);
    const node = link(target.address, null, label.length ? label : target.address);
    return node ? this.take(node, target.end) : false;
  }

  /** Images in messages are shown as links: this page loads nothing from elsewhere. */
  image() {
    if (this.text[this.at + 1] !== "[") return false;
    const target = this.target(this.at + 2);
    const node = target && safeUrl(target.address)
      && link(target.address, this.text.slice(this.at + 2, target.close) || "image");
    return node ? this.take(node, target.end) : false;
  }

  target(from) {
    const close = this.find("](", from);
    if (close < 0 || close - from > 2000) return null;
    TARGET.lastIndex = close;
    const found = TARGET.exec(this.text);
    return found && { close, address: found[1], end: close + found[0].length };
  }

  bracket() {
    const close = this.find(">", this.at);
    const inside = close < 0 ? "" : this.text.slice(this.at + 1, close);
    if (!/^(?:[@#!]\S|https?:|mailto:)[^<\n]*$/.test(inside)) return false;
    return this.take(control(inside, this.names), close + 1);
  }

  bareLink() {
    return this.match(BARE_LINK, (written) => {
      const address = written.replace(/[.,;:!?)\]}*_~]+$/, "");
      const node = link(address, null);
      return node && el("span", {}, node, written.slice(address.length));
    });
  }

  emphasis(mark) {
    const doubled = this.text[this.at + 1] === mark;
    const delimiter = doubled ? mark + mark : mark;
    if (!(delimiter in TAGS) || this.barren.has(delimiter)) return false;
    const start = this.at + delimiter.length;
    if (/\s/.test(this.text[start] ?? " ")) return false;
    if (mark === "_" && WORD.test(this.text[this.at - 1] ?? " ")) return false;
    const close = this.closing(delimiter, start);
    if (close < 0) {
      this.barren.add(delimiter);
      return false;
    }
    const inside = markdownInline(this.text.slice(start, close), this.names, this.depth + 1);
    return this.take(el(TAGS[delimiter], {}, inside), close + delimiter.length);
  }

  closing(delimiter, start) {
    for (let at = this.text.indexOf(delimiter, start + 1); at >= 0; at = this.text.indexOf(delimiter, at + 1)) {
      const after = this.text[at + delimiter.length] ?? " ";
      const tight = !/\s/.test(this.text[at - 1]);
      const alone = delimiter.length === 2 || (after !== delimiter && this.text[at - 1] !== delimiter);
      if (tight && alone && !(delimiter[0] === "_" && WORD.test(after))) return at;
    }
    return -1;
  }
}
