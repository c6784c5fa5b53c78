// The channel list: the workspace's name, channels with unread marks, the bot with its state, light or dark.
import { el, fill } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { avatar } from "../parts/avatar.js";
import { themeButton } from "../parts/theme.js";

export class Sidebar {
  constructor(node, workspace) {
    Object.assign(this, { node, workspace, current: null });
    this.theme = themeButton();
    for (const kind of ["state", "unread", "bot"]) workspace.on(kind, () => this.draw());
    workspace.on("link", ({ up }) => {
      this.lost = !up;
      this.draw();
    });
  }

  /** Marks where the reader is: a channel id or "home". */
  select(current) {
    this.current = current;
    this.draw();
  }

  draw() {
    const { state } = this.workspace;
    if (!state) return;
    const held = this.node.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    fill(this.node, this.head(state), el("h2", { class: "side-title" }, "Channels"),
      el("ul", {}, state.channels.map((channel) => this.channel(channel))),
      el("h2", { class: "side-title" }, "Apps"), el("ul", {}, this.app(state.bot)));
    if (held) this.node.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
  }

  head(state) {
    const note = this.lost ? "Reconnecting…" : "Local workspace";
    return el("div", { class: "side-head" }, el("div", { class: "side-words" },
      el("div", { class: "team" }, state.team.name ?? "Sandbox"),
      el("div", { class: this.lost ? "side-note side-lost" : "side-note", role: "status" }, note)), this.theme);
  }

  channel(channel) {
    const unread = this.current === channel.id ? 0 : this.workspace.unread.get(channel.id) ?? 0;
    const classes = ["side-item", unread && "side-unread"].filter(Boolean).join(" ");
    return el("li", {}, el("a", { class: classes, href: `#/${channel.id}`,
      "aria-current": this.current === channel.id ? "page" : null },
    icon(channel.is_private ? "lock" : "hash"), el("span", { class: "side-name" }, channel.name),
    unread > 0 && el("span", { class: "count" }, unread > 99 ? "99+" : unread, el("span", { class: "unseen" }, " unread"))));
  }

  app(bot) {
    const words = bot.connected ? "connected" : "not connected";
    return el("li", {}, el("a", { class: "side-item", href: "#/home", "aria-current": this.current === "home" ? "page" : null },
      avatar({ name: bot.name, ours: true }, "small"), el("span", { class: "side-name" }, bot.name),
      el("span", { class: bot.connected ? "presence presence-on" : "presence", role: "img", "aria-label": words,
        title: words })));
  }
}
