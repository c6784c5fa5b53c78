// One pass over a run of text: plain stretches stay text, and what a reader takes at a special mark becomes a node.
// It knows no language: its heirs say which marks are special and read what begins at one.

export class Scan {
  constructor(text, special) {
    Object.assign(this, { text, special, at: 0, plain: 0, out: [] });
  }

  nodes() {
    for (;;) {
      this.special.lastIndex = this.at;
      const found = this.special.exec(this.text);
      if (!found) break;
      this.at = found.index;
      if (!this.read(found[0])) this.at = found.index + 1;
    }
    this.flush(this.text.length);
    return this.out;
  }

  take(node, end) {
    this.flush(this.at);
    this.out.push(node);
    this.at = end;
    this.plain = end;
    return true;
  }

  flush(end) {
    if (end > this.plain) this.out.push(this.text.slice(this.plain, end));
    this.plain = end;
  }

  match(pattern, make) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    const node = found && make(...found);
    return node ? this.take(node, this.at + found[0].length) : false;
  }
}
