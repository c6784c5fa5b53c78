// One Block Kit block to DOM nodes: which file draws which kind. A kind nobody draws is shown raw, never dropped.
// `place` says where the block stands: {names, level, act(element, blockId, state), keep(blockId, element, read)};
// see place.js.
import { el, fragment } from "../parts/dom.js";
import { context, divider, header, image, markdownBlock, section } from "./text_blocks.js";
import { actions, contextActions } from "./actions.js";
import { inputBlock } from "./input_block.js";
import { richText } from "./rich_text.js";
import { dataTable, table } from "./table.js";
import { plan, taskCard } from "./task.js";
import { alertBlock, card, carousel, container } from "./card.js";
import { chart } from "./chart.js";
import { fileBlock } from "./file.js";

const DRAWN = {
  section, divider, header, context, image, markdown: markdownBlock, actions, context_actions: contextActions,
  input: inputBlock, rich_text: richText, table, data_table: dataTable, plan, task_card: taskCard, alert: alertBlock,
  card, carousel, container: (block, place) => container(block, place, blocks), data_visualization: chart,
  file: fileBlock,
};

/** Every block of a message, modal or home, in order. */
export function blocks(list, place) {
  return fragment((Array.isArray(list) ? list : []).map((block) => oneBlock(block, place)));
}

function oneBlock(block, place) {
  const draw = Object.hasOwn(DRAWN, block?.type) ? DRAWN[block.type] : null;
  if (!draw) return raw(block, `This page does not draw “${block?.type ?? "untyped"}” blocks`);
  try {
    const node = draw(block, place);
    if (node instanceof Element) node.dataset.block = block.block_id ?? "";
    return node;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return raw(block, `This “${block.type}” block is malformed (${error.message})`);
  }
}

/** The block as it was sent, under one line that says why. */
function raw(block, why) {
  const shown = JSON.stringify(block, null, 2).slice(0, 20_000);
  return el("details", { class: "raw" }, el("summary", {}, why), el("pre", {}, shown));
}
