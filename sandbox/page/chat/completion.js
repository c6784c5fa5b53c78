// Completion in a composer: slash commands at the start, @people anywhere. Arrow keys, Enter or Tab, Escape.
import { el, fill, freshId } from "../parts/dom.js";

export class Completion {
  /** `suggest(text before the caret)` gives [{insert, label, note, from}] where `from` is what is replaced. */
  constructor(field, box, suggest, changed) {
    Object.assign(this, { field, suggest, changed, shown: [], at: 0 });
    this.list = el("div", { class: "completion", role: "listbox", id: freshId("completion"), "aria-label": "Suggestions", hidden: true });
    box.append(this.list);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("input", () => this.refresh());
    field.addEventListener("blur", () => this.close());
  }

  refresh() {
    const caret = this.field.selectionStart;
    this.shown = this.suggest(this.field.value.slice(0, caret));
    this.at = 0;
    this.draw();
  }

  draw() {
    this.list.hidden = this.shown.length === 0;
    fill(this.list, this.shown.map((one, index) => el("div", {
      role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(index === this.at), class: "completion-item",
      on: { pointerdown: (event) => { event.preventDefault(); this.take(index); } },
    }, el("span", { class: "completion-label" }, one.label), one.note && el("span", { class: "hint" }, one.note))));
    if (this.shown.length) this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
    this.list.querySelector("[aria-selected='true']")?.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.shown = [];
    this.draw();
  }

  take(index) {
    const { insert, from } = this.shown[index];
    const caret = this.field.selectionStart;
    this.field.setRangeText(insert, from, caret, "end");
    this.close();
    this.changed();
  }

  /** True when the key was for the list. Enter on a command already typed in full sends it. */
  key(event) {
    if (!this.shown.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const typed = this.field.value.slice(this.shown[this.at].from);
    if (event.key === "Enter" && typed.trim() === this.shown[this.at].insert.trim()) return false;
    if (step) this.at = (this.at + step + this.shown.length) % this.shown.length;
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.take(this.at);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    if (step) this.draw();
    return true;
  }
}

/** Suggestions for a workspace: commands, the words of their usage hint, and people. */
export function workspaceSuggestions(workspace, { commands }) {
  return (before) => {
    const mention = /(?:^|\s)@([\p{L}\p{N} ._-]{0,30})$/u.exec(before);
    if (mention) return people(workspace, mention[1], before.length - mention[1].length - 1);
    return commands && before.startsWith("/") ? commandWords(workspace.state.commands, before) : [];
  };
}

function people(workspace, typed, from) {
  const wanted = typed.toLowerCase();
  const bot = workspace.state.bot.user_id;
  return Object.values(workspace.state.users)
    .filter((user) => user.id !== workspace.state.me)
    .map((user) => ({ user, name: user.real_name || user.name }))
    .filter(({ user, name }) => name.toLowerCase().startsWith(wanted) || user.name.toLowerCase().startsWith(wanted))
    .sort((one, other) => Number(other.user.id === bot) - Number(one.user.id === bot))
    .map(({ user, name }) => ({ insert: `@${name} `, label: `@${name}`, note: user.is_bot ? "App" : `@${user.name}`, from }));
}

function commandWords(commands, before) {
  const command = commands.find((one) => before.startsWith(`${one.command} `));
  if (!command) {
    return commands.filter((one) => one.command.startsWith(before)).map((one) => ({
      insert: `${one.command} `, label: one.command, note: [one.description, one.usage_hint].filter(Boolean).join("  ·  "),
      from: 0,
    }));
  }
  const typed = before.slice(command.command.length + 1);
  return subcommands(command.usage_hint ?? "").filter(({ word }) => word.startsWith(typed) && word !== typed.trim())
    .map(({ word, whole }) => ({ insert: `${word} `, label: `${command.command} ${whole}`, note: "", from: before.length - typed.length }));
}

/** "[investigate <text> | cost]" -> investigate and cost, each with its whole hint. */
function subcommands(hint) {
  return hint.replace(/^\[|\]$/g, "").split("|").map((part) => part.trim())
    .map((whole) => ({ whole, word: /^[a-z][a-z-]*/.exec(whole)?.[0] })).filter(({ word }) => word);
}
