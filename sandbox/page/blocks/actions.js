// The actions and context_actions blocks: a row of interactive elements.
import { el } from "../parts/dom.js";
import { element } from "./element.js";

export function actions(block, place) {
  return el("div", { class: "block actions" }, block.elements.map((one) => element(one, place, block.block_id)));
}

export function contextActions(block, place) {
  return el("div", { class: "block actions actions-small" },
    block.elements.map((one) => element(one, place, block.block_id)));
}
