// App Home: the view the bot published for its reader.
import { el, fill } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { avatar } from "../parts/avatar.js";
import { toast } from "../parts/toast.js";
import { blocks } from "../blocks/block.js";
import { viewPlace } from "../blocks/place.js";

export class HomePane {
  constructor(workspace) {
    Object.assign(this, { workspace, open: false });
    this.title = el("h1", { class: "pane-title" });
    this.body = el("div", { class: "list home", tabindex: 0, role: "group", "aria-label": "App Home" });
    this.node = el("div", { class: "pane-inside" },
      el("header", { class: "pane-head" }, el("div", { class: "pane-words" }, this.title,
        el("div", { class: "pane-topic" }, "Home"))), this.body);
    workspace.on("home", () => this.draw());
    workspace.on("bot", () => { if (this.open) this.ask(); });
  }

  /** The reader opened it: the bot is told and may publish a fresh view. */
  async show() {
    this.open = true;
    const { bot } = this.workspace.state;
    fill(this.title, avatar({ name: bot.name, ours: true }, "small"), bot.name);
    this.draw();
    await this.ask();
  }

  async ask() {
    try {
      const { view } = await this.workspace.api.home();
      if (view) this.workspace.home = view;
    } catch (error) {
      toast(error.message, "error");
    }
    this.draw();
  }

  draw() {
    const view = this.workspace.home;
    if (!view?.blocks?.length) {
      fill(this.body, el("div", { class: "empty" }, icon("home"), el("h2", {}, "Nothing here yet"),
        el("p", {}, "The bot fills its home when it is connected and someone opens it.")));
      return;
    }
    const place = viewPlace(this.workspace, { ...view, type: "home" });
    fill(this.body, el("div", { class: "home-inner" }, blocks(view.blocks, place)));
  }
}
