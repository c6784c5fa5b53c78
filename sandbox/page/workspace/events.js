// Server-Sent Events from the sandbox, for as long as the page is open; a lost stream is opened again.

const RETRY_MS = 1000;

/** Calls `heard(event)` for each event and `link(up, first)` when the stream opens or is lost. */
export function listen(heard, link) {
  let opened = 0;
  let source = null;
  const connect = () => {
    source = new EventSource("/browser/events");
    source.onopen = () => {
      opened += 1;
      link(true, opened === 1);
    };
    source.onmessage = (event) => heard(JSON.parse(event.data));
    source.onerror = () => {
      source.close();
      link(false, false);
      setTimeout(connect, RETRY_MS);
    };
  };
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  connect();
}
