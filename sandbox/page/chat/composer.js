// Where a message is written: Enter sends, Shift+Enter makes a line, / and @ are completed.
import { el, freshId } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { Completion } from "./completion.js";

const MOST_ROWS_PX = 220;

export class Composer {
  /** `name` is the textbox's accessible name; `send(text)` posts and throws an Error with a sentence. */
  constructor(name, { suggest, send }) {
    this.send = send;
    this.field = el("textarea", { class: "composer-field", rows: 1, "aria-label": name, autocomplete: "off",
      spellcheck: "true" });
    this.error = el("div", { class: "composer-error", role: "alert", id: freshId("composer-error"), hidden: true });
    this.button = el("button", { type: "submit", class: "composer-send", "aria-label": "Send", disabled: true }, icon("send"));
    const box = el("div", { class: "composer-box" }, this.field, this.button);
    this.node = el("form", { class: "composer", on: { submit: (event) => this.submit(event) } }, this.error, box);
    this.completion = new Completion(this.field, box, suggest, () => this.changed());
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => this.key(event));
  }

  set placeholder(text) {
    this.field.placeholder = text;
  }

  focus() {
    this.field.focus();
  }

  changed() {
    this.button.disabled = this.field.value.trim() === "";
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, MOST_ROWS_PX)}px`);
  }

  key(event) {
    if (this.completion.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit(event);
  }

  async submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.completion.close();
    this.changed();
    this.error.hidden = true;
    try {
      await this.send(text);
    } catch (error) {
      this.error.textContent = error.message;
      this.error.hidden = false;
      if (!this.field.value) this.field.value = text;
      this.changed();
    }
  }
}
