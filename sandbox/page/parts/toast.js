// Short notices at the foot of the page: what failed and why. They go by themselves.
import { el } from "./dom.js";

const SHOWN_MS = 7000;

/** Shows one line; kind is "error" or "info". */
export function toast(text, kind = "info") {
  const note = el("div", { class: `toast toast-${kind}` }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}
