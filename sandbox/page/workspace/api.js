// The sandbox server's browser API: one function a call. Every failure is an Error with the server's own sentence.

async function call(path, body) {
  const request = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(`/browser/${path}`, request);
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok || answer?.ok === false && !answer.response_action) {
    throw new Error(answer?.error ?? `The sandbox answered ${response.status}`);
  }
  return answer;
}

const query = (parameters) => new URLSearchParams(parameters).toString();

export const api = {
  state: () => call("state"),
  messages: (channel) => call(`messages?${query({ channel })}`),
  thread: (channel, thread) => call(`messages?${query({ channel, thread })}`),
  post: (message) => call("post", message),
  react: (reaction) => call("react", reaction),
  action: (action) => call("action", action),
  shortcut: (shortcut) => call("shortcut", shortcut),
  submitView: (view_id, values) => call("view/submit", { view_id, values }),
  closeView: (view_id) => call("view/close", { view_id }),
  home: () => call("home", {}),
  fire: (name) => call("scenario", { name }),
};
