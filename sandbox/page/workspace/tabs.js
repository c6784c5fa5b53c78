// On a phone one pane is shown at a time; these tabs choose it.
import { el, fill } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

const TABS = [["channels", "hash", "Channels"], ["channel", "reply", "Messages"], ["scenarios", "bolt", "Scenarios"]];

export class Tabs {
  constructor(node, workspace) {
    Object.assign(this, { node, workspace });
    workspace.on("unread", () => this.draw());
    this.show("channel");
  }

  /** Shows one pane: channels, channel, scenarios or thread. */
  show(pane) {
    document.body.dataset.pane = pane;
    this.draw();
  }

  draw() {
    const pane = document.body.dataset.pane;
    const unread = [...this.workspace.unread.values()].reduce((sum, count) => sum + count, 0);
    fill(this.node, TABS.map(([name, sign, label]) => el("button", {
      type: "button", class: "tab", "aria-current": pane === name ? "true" : null, on: { click: () => this.show(name) },
    }, icon(sign), el("span", {}, label), name === "channels" && unread > 0 && el("span", { class: "count" }, unread))));
  }
}
