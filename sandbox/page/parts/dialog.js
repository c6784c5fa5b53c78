// One modal dialog: the browser's own <dialog> makes the rest inert; Tab goes round inside; Escape closes.
import { el, freshId } from "./dom.js";
import { icon } from "./icons.js";

const TABBABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, summary, [tabindex='0']";

/** Opens a dialog with a title; `onClose` is called when a person closes it. Returns {node, body, close}. */
export function openDialog({ title, content, footer = null, onClose = () => {}, wide = false }) {
  const titleId = freshId("title");
  const before = document.activeElement;
  const close = () => {
    node.close();
    node.remove();
    if (before?.isConnected) before.focus();
  };
  const dismiss = () => { close(); onClose(); };
  const body = el("div", { class: "dialog-body" }, content);
  const node = el("dialog", { class: wide ? "dialog dialog-wide" : "dialog", "aria-labelledby": titleId },
    el("header", { class: "dialog-head" }, el("h2", { id: titleId }, title),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: dismiss } }, icon("close"))),
    body, footer && el("footer", { class: "dialog-foot" }, footer));
  node.addEventListener("cancel", (event) => { event.preventDefault(); dismiss(); });
  node.addEventListener("keydown", (event) => goRound(event, node));
  document.body.append(node);
  node.showModal();
  (node.querySelector("[autofocus]") ?? body.querySelector(".field, input") ?? node.querySelector("footer button")
    ?? node.querySelector("button")).focus();
  return { node, body, close };
}

function goRound(event, node) {
  if (event.key !== "Tab") return;
  const stops = [...node.querySelectorAll(TABBABLE)].filter((stop) => stop.checkVisibility());
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0]).focus();
}
