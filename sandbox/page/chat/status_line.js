// "IncidentOS is reading logs…": what the bot says it is doing, under a composer.
import { el } from "../parts/dom.js";

/** The status of a channel (root null) or thread, as nodes; empty when there is none. */
export function statusText(workspace, channel, root) {
  const status = workspace.statuses.get(`${channel} ${root ?? ""}`);
  if (!status) return [];
  return [el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    el("span", {}, `${workspace.state.bot.name} ${status.text}`)];
}
