// One interactive Block Kit element to a DOM node: which file draws which kind.
// In a message a change is sent at once; in a modal it waits for Submit unless the element stands outside an input block.
import { el } from "../parts/dom.js";
import { button, feedbackButtons, iconButton, overflow, send } from "./buttons.js";
import { INPUTS } from "./inputs.js";
import { picture } from "./text_object.js";

const PRESSED = {
  button, workflow_button: button, overflow, feedback_buttons: feedbackButtons, icon_button: iconButton,
};

/** A node for an element in an actions, section, card or context_actions block. */
export function element(one, place, blockId) {
  if (Object.hasOwn(PRESSED, one?.type)) return PRESSED[one.type](one, place, blockId);
  if (one?.type === "image") return picture(one.image_url, one.alt_text);
  if (!Object.hasOwn(INPUTS, one?.type)) return unknown(one);
  const input = INPUTS[one.type](one, place);
  input.node.dataset.action = one.action_id ?? "";
  place.keep(blockId, one, input.read);
  nameIt(input.node, one);
  input.node.addEventListener("change", async () => {
    const { type, ...state } = input.read();
    const sent = await send(input.node, one, place, blockId, state);
    if (sent === false) input.reset();
  });
  return input.node;
}

/** Elements outside input blocks have no label of their own; their placeholder or kind names them. */
function nameIt(node, one) {
  const control = node.matches("input, select, textarea") ? node : null;
  const name = one.placeholder?.text ?? one.type.replaceAll("_", " ");
  if (control) control.setAttribute("aria-label", name);
  else {
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", name);
  }
}

/** An element this page does not draw, as it was sent. */
export function unknown(one) {
  return el("details", { class: "raw" },
    el("summary", {}, `This page does not draw “${one?.type ?? "untyped"}” elements`),
    el("pre", {}, JSON.stringify(one, null, 2)));
}
