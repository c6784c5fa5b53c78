// Plan and task_card blocks: what an agent does, step by step. Collapsed until someone opens them, as in Slack.
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { withEmoji } from "../text/emoji.js";
import { link } from "../text/controls.js";
import { richParts } from "./rich_text.js";
import { words } from "./text_object.js";

const STATUS_ICONS = { pending: "clock", complete: "check", error: "warn" };
const STATUS_WORDS = { pending: "waiting", in_progress: "in progress", complete: "done", error: "failed" };

export function plan(block, place) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete" || task.status === "error").length;
  return el("details", { class: "block plan", data: { keep: "plan" } },
    el("summary", {}, mark(planStatus(tasks)),
      el("span", { class: "plan-title" }, words(block.title)),
      el("span", { class: "plan-count" }, `${done} of ${tasks.length}`), chevron()),
    el("div", { class: "plan-tasks" }, tasks.map((task) => taskCard(task, place))));
}

function planStatus(tasks) {
  if (tasks.some((task) => task.status === "in_progress")) return "in_progress";
  if (tasks.some((task) => task.status === "error")) return "error";
  return tasks.every((task) => task.status === "complete") ? "complete" : "pending";
}

export function taskCard(task, place) {
  const head = [mark(task.status ?? "pending"), el("span", { class: "task-title" }, withEmoji(task.title ?? ""))];
  const inside = [
    task.details && el("div", { class: "task-details" }, richParts(task.details.elements ?? [], place.names)),
    task.output && el("div", { class: "task-output" }, richParts(task.output.elements ?? [], place.names)),
    task.sources?.length && sources(task.sources),
  ].filter(Boolean);
  if (!inside.length) return el("div", { class: "task" }, el("div", { class: "task-line" }, head));
  return el("details", { class: "task", data: { keep: `task ${task.task_id}` } },
    el("summary", { class: "task-line" }, head, chevron()), el("div", { class: "task-inside" }, inside));
}

function sources(list) {
  const shown = list.map((source) => link(source.url ?? "", source.text) ?? source.text ?? source.url);
  return el("div", { class: "task-sources" }, shown.map((source) => el("span", { class: "source" }, source)));
}

function mark(status) {
  const inner = status === "in_progress" ? el("span", { class: "spinner" }) : icon(STATUS_ICONS[status] ?? "clock");
  return el("span", { class: `task-mark task-${status}`, role: "img", "aria-label": STATUS_WORDS[status] ?? status },
    inner);
}

function chevron() {
  return el("span", { class: "chevron" }, icon("chevron"));
}
