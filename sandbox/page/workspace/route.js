// Where the reader is, kept in the address: #/C0001, #/C0001/TS (a thread), #/home. Back and reload work.

/** {channel, thread, home} of the current address. */
export function whereNow() {
  const [first, second] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (first === "home") return { home: true, channel: null, thread: null };
  return { home: false, channel: first || null, thread: second || null };
}

export const go = {
  channel: (channel) => { location.hash = `#/${channel}`; },
  thread: (channel, ts) => { location.hash = `#/${channel}/${ts}`; },
};
