// The input block of modals and homes: label, one input element, hint, and the error Slack's app answered.
import { el, freshId } from "../parts/dom.js";
import { unknown } from "./element.js";
import { INPUTS } from "./inputs.js";
import { send } from "./buttons.js";
import { words } from "./text_object.js";

const GROUPS = new Set(["radio_buttons", "checkboxes", "multi_static_select"]);

export function inputBlock(block, place) {
  const one = block.element;
  if (!Object.hasOwn(INPUTS, one?.type)) return unknown(one);
  const input = INPUTS[one.type](one, place);
  const ids = { control: freshId("input"), hint: freshId("hint"), error: freshId("error"), label: freshId("label") };
  input.node.dataset.action = one.action_id ?? "";
  place.keep(block.block_id, one, input.read);
  if (block.dispatch_action) {
    input.node.addEventListener("change", () => {
      const { type, ...state } = input.read();
      send(input.node, one, place, block.block_id, state);
    });
  }
  const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
  const hint = block.hint && el("div", { class: "hint", id: ids.hint }, words(block.hint));
  return el("div", { class: "block input-block" }, labelled(input.node, block, ids, optional), input.node, hint,
    el("div", { class: "field-error", id: ids.error, role: "alert", hidden: true }));
}

/** The label for the control; groups of boxes are labelled as a group. */
function labelled(node, block, ids, optional) {
  const described = [block.hint && ids.hint, ids.error].filter(Boolean).join(" ");
  node.setAttribute("aria-describedby", described);
  if (GROUPS.has(block.element.type)) {
    node.setAttribute("role", block.element.type === "radio_buttons" ? "radiogroup" : "group");
    node.setAttribute("aria-labelledby", ids.label);
    return el("div", { class: "label", id: ids.label }, words(block.label), optional);
  }
  node.id = ids.control;
  if (!block.optional) node.setAttribute("aria-required", "true");
  return el("label", { class: "label", for: ids.control }, words(block.label), optional);
}

/** Shows or clears the error of one input block. */
export function showError(root, blockId, message) {
  const block = [...root.querySelectorAll("[data-block]")].find((node) => node.dataset.block === blockId);
  const line = block?.querySelector(".field-error");
  if (!line) return false;
  line.hidden = !message;
  line.textContent = message ?? "";
  block.classList.toggle("invalid", Boolean(message));
  const control = block.querySelector("[aria-describedby]");
  control.setAttribute("aria-invalid", message ? "true" : "false");
  return true;
}
