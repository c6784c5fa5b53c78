// The app's modals: a view's blocks in a dialog, its inputs read on Submit, what the app answered shown.
import { el } from "../parts/dom.js";
import { openDialog } from "../parts/dialog.js";
import { blocks } from "../blocks/block.js";
import { showError } from "../blocks/input_block.js";
import { viewPlace } from "../blocks/place.js";
import { words } from "../blocks/text_object.js";
import { dropViews, putView } from "./workspace.js";

export class Modals {
  constructor(workspace) {
    Object.assign(this, { workspace, shown: null, dialog: null, forms: new Map() });
    workspace.on("views", () => this.draw());
  }

  /** Shows the view on top of the stack, or none. */
  draw() {
    const view = this.workspace.views.at(-1) ?? null;
    if (view === this.shown) return;
    this.dialog?.close();
    this.shown = view;
    this.dialog = view && this.open(view);
    for (const id of this.forms.keys()) if (!this.workspace.views.some((open) => open.id === id)) this.forms.delete(id);
  }

  open(view) {
    const place = viewPlace(this.workspace, view);
    this.problem = el("div", { class: "banner banner-error", role: "alert", hidden: true });
    const submit = el("button", { type: "submit", class: "button button-primary" }, words(view.submit) || "Submit");
    const cancel = el("button", { type: "button", class: "button", on: { click: () => this.dismiss(view) } },
      view.close ? words(view.close) : view.submit ? "Cancel" : "Close");
    const form = el("form", { class: "view", novalidate: true }, this.problem, blocks(view.blocks, place));
    carryOver(this.forms.get(view.id), form);
    this.forms.set(view.id, form);
    submit.addEventListener("click", () => form.requestSubmit());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (view.submit) this.submit(view, place, form, submit);
    });
    return openDialog({
      title: words(view.title), content: form, footer: view.submit ? [cancel, submit] : [cancel],
      onClose: () => this.dismiss(view, false),
    });
  }

  async dismiss(view, close = true) {
    if (close) this.dialog?.close();
    this.dialog = null;
    this.shown = null;
    dropViews(this.workspace, (other) => other.id === view.id);
    await this.workspace.api.closeView(view.id).catch(() => {});
  }

  async submit(view, place, form, button) {
    for (const { block_id: id } of view.blocks) showError(form, id, null);
    this.problem.hidden = true;
    const missing = missingAnswers(view, place.values());
    if (missing.length) return this.errors(form, Object.fromEntries(missing.map((id) => [id, "Please complete this field."])));
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      this.answered(view, form, await this.workspace.api.submitView(view.id, place.values()));
    } catch (error) {
      this.problem.textContent = error.message;
      this.problem.hidden = false;
    }
    button.disabled = false;
    button.removeAttribute("aria-busy");
    return undefined;
  }

  /** What the app said to a submission: errors stay here, the rest changes the stack. */
  answered(view, form, answer) {
    if (answer.response_action === "errors") this.errors(form, answer.errors ?? {});
    else if (answer.response_action === "clear") dropViews(this.workspace, () => true);
    else if (answer.response_action === "push" && answer.view) putView(this.workspace, answer.view);
    else if (answer.response_action === "update" && answer.view) this.update(view, answer.view);
    else dropViews(this.workspace, (other) => other.id === view.id);
  }

  update(view, fresh) {
    dropViews(this.workspace, (other) => other.id === view.id && other.id !== fresh.id);
    putView(this.workspace, fresh);
  }

  errors(form, errors) {
    const unplaced = Object.entries(errors).filter(([id, message]) => !showError(form, id, message));
    if (unplaced.length) {
      this.problem.textContent = unplaced.map(([, message]) => message).join(" ");
      this.problem.hidden = false;
    }
    form.querySelector("[aria-invalid='true']")?.focus();
  }
}

/** What was typed stays when the app updates a view or another one lay on top: same block_id, same action_id. */
function carryOver(before, form) {
  for (const block of before?.querySelectorAll("[data-block]") ?? []) {
    for (const old of block.querySelectorAll("input, textarea, select")) {
      const action = old.closest("[data-action]").dataset.action;
      const path = `[data-block="${CSS.escape(block.dataset.block)}"] [data-action="${CSS.escape(action)}"]`;
      const fresh = form.querySelector(path);
      const box = old.matches("[type=radio], [type=checkbox]");
      if (!box && fresh) fresh.value = old.value;
      const same = box && fresh?.querySelector(`[value="${CSS.escape(old.value)}"]`);
      if (same) same.checked = old.checked;
    }
  }
}

/** Block ids of required inputs without an answer; Slack's client refuses these before the app is asked. */
function missingAnswers(view, values) {
  return view.blocks.filter((block) => block.type === "input" && !block.optional).filter((block) => {
    const { type, ...answer } = values[block.block_id]?.[block.element.action_id] ?? { type: null };
    const given = Object.values(answer)[0];
    return type !== null && (given === null || given === "" || Array.isArray(given) && given.length === 0);
  }).map((block) => block.block_id);
}
