// Where blocks stand (a message, a modal, the App Home): what their controls do and whose names they show.
import { toast } from "../parts/toast.js";

/** The place of blocks in a message. */
export function messagePlace(workspace, channel, message) {
  return {
    surface: "message",
    names: workspace.names,
    act: (element, blockId, state) =>
      told(workspace.api.action({ channel, ts: message.ts, action: element, block_id: blockId ?? "", ...state })),
    keep: () => {},
  };
}

/** The place of blocks in a modal or App Home; what its inputs hold is read by values(). */
export function viewPlace(workspace, view) {
  const kept = [];
  return {
    surface: view.type,
    names: workspace.names,
    act: (element, blockId, state) =>
      told(workspace.api.action({ view_id: view.id, action: element, block_id: blockId ?? "", ...state })),
    keep: (blockId, element, read) => kept.push({ blockId, actionId: element.action_id, read }),
    values: () => {
      const values = {};
      for (const { blockId, actionId, read } of kept) (values[blockId] ??= {})[actionId] = read();
      return values;
    },
  };
}

/** True when Slack's side took it; otherwise the reason is shown and false returned. */
async function told(sending) {
  try {
    await sending;
    return true;
  } catch (error) {
    toast(error.message, "error");
    return false;
  }
}
