// Where blocks stand (a message, a modal, the App Home): what their controls do and whose names they show.
import { toast } from "../parts/toast.js";

/** The place of blocks in a message; `level` is what its headings are in the page's outline. */
export function messagePlace(workspace, channel, message, level) {
  return {
    level,
    names: workspace.names,
    act: (element, blockId, state) =>
      told(workspace.api.action({ channel, ts: message.ts, action: element, block_id: blockId ?? "", ...state })),
    keep: () => {},
  };
}

/** The place of blocks in a modal or App Home; what its inputs hold is read by values(). */
export function viewPlace(workspace, view) {
  const kept = [];
  const values = () => {
    const held = {};
    for (const { blockId, actionId, read } of kept) (held[blockId] ??= {})[actionId] = read();
    return held;
  };
  return {
    level: view.type === "home" ? 2 : 3,
    names: workspace.names,
    act: (element, blockId, state) => told(workspace.api.action({
      view_id: view.id, action: element, block_id: blockId ?? "", values: values(), ...state,
    })),
    keep: (blockId, element, read) => kept.push({ blockId, actionId: element.action_id, read }),
    values,
  };
}

/** True when Slack's side took it; otherwise the reason is shown and false returned. */
async function told(sending) {
  try {
    const answer = await sending;
    if (answer.acked === false) toast("The app did not answer in time. Try again?", "error");
    return answer.acked !== false;
  } catch (error) {
    toast(error.message, "error");
    return false;
  }
}
