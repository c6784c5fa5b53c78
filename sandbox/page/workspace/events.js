// Server-Sent Events from the sandbox, for as long as the page is open. The browser reconnects a dropped stream;
// one that the browser gave up is opened again here.

const RETRY_MS = 2000;

/** Calls `heard(event)` for each event and `link(up, first)` when the stream opens or is lost. */
export function listen(heard, link) {
  let opened = 0;
  const connect = () => {
    const source = new EventSource("/browser/events");
    source.onopen = () => {
      opened += 1;
      link(true, opened === 1);
    };
    source.onmessage = (event) => heard(JSON.parse(event.data));
    source.onerror = () => {
      link(false, false);
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, RETRY_MS);
    };
    addEventListener("pagehide", () => source.close(), { once: true });
  };
  connect();
}
