// The scenarios that can be fired: what each is, whether it can run now, and how far it has come.
import { el, fill } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { toast } from "../parts/toast.js";
import { withEmoji } from "../text/emoji.js";

const KINDS = {
  recorded: { word: "recorded", means: "Plays a recorded run at once" },
  live: { word: "live", means: "Breaks real processes; takes about a minute" },
  alert: { word: "alert", means: "Posts one alert" },
};
const MARKS = { started: "spinner", step: "spinner", done: "check", failed: "warn" };

export class Scenarios {
  constructor(node, workspace) {
    Object.assign(this, { node, workspace });
    this.list = el("ul", { class: "scenario-list", tabindex: 0, "aria-label": "What can be fired" });
    this.cards = new Map();
    fill(node, el("div", { class: "scenarios-head" }, el("h2", { class: "side-title" }, "Scenarios"),
      el("p", {}, "Real incidents to fire at the bot.")), this.list);
    workspace.on("state", () => this.draw());
    workspace.on("scenario", ({ name }) => this.news(name));
  }

  draw() {
    const all = this.workspace.state.scenarios;
    if (JSON.stringify(all) === this.drawn) return;
    this.drawn = JSON.stringify(all);
    this.cards.clear();
    fill(this.list, all.length ? all.map((scenario) => this.card(scenario))
      : el("li", { class: "scenario hint" }, "This sandbox was started without scenarios."));
    for (const { name } of all) this.news(name);
  }

  card(scenario) {
    const kind = KINDS[scenario.kind] ?? { word: scenario.kind, means: "" };
    const fire = el("button", { type: "button", class: "fire", disabled: !scenario.available,
      "aria-label": `Fire ${scenario.title}`, on: { click: () => this.fire(scenario) } }, icon("play"), "Fire");
    const progress = el("div", { class: "progress", role: "status" });
    this.cards.set(scenario.name, { fire, progress, available: scenario.available });
    return el("li", { class: "scenario" },
      el("div", { class: "scenario-top" }, el("span", { class: "scenario-title" }, withEmoji(scenario.title)), fire),
      el("p", { class: "scenario-words", title: scenario.description }, el("span", { class: `kind kind-${scenario.kind}`, title: kind.means }, kind.word),
        withEmoji(scenario.description)),
      scenario.why_not && el("p", { class: "why-not" }, icon("info"), scenario.why_not), progress);
  }

  async fire(scenario) {
    this.workspace.scenarioNews.set(scenario.name, { state: "started", text: "" });
    this.news(scenario.name);
    this.workspace.tell("fired", { name: scenario.name });
    try {
      await this.workspace.api.fire(scenario.name);
    } catch (error) {
      this.workspace.scenarioNews.set(scenario.name, { state: "failed", text: error.message });
      this.news(scenario.name);
      toast(error.message, "error");
    }
  }

  /** Brings one card's progress up to date. */
  news(name) {
    const card = this.cards.get(name);
    const news = this.workspace.scenarioNews.get(name);
    if (!card || !news) return;
    const running = news.state === "started" || news.state === "step";
    card.fire.disabled = running || !card.available;
    const mark = MARKS[news.state] === "spinner" ? el("span", { class: "spinner" }) : icon(MARKS[news.state] ?? "info");
    const words = news.text || { started: "Started", done: "Done", failed: "Failed" }[news.state] || "";
    card.progress.className = `progress progress-${news.state}`;
    fill(card.progress, mark, el("span", {}, words));
  }
}
