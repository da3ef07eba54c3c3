// Tells the reader of a page that there are new entries, and offers to show them.
//
// All tabs of a browser share one event stream: the one that holds the lock reads it for all and
// tells the others. A tab that can't be seen leaves; when it is seen again it goes on behind the
// last entry that it knows, so nothing is missed or counted twice.

interface Want {
  tab: string;
  fund: string; // Empty: all funds.
  after: number; // The last entry that the tab knows.
}
type Message = { want: Want } | { leave: string } | { lead: true } | { entry: number; fund: string };

const most = 999; // Counted; then the page is out of date by any measure.
const funds_max = 32; // That one stream may name.
const settle_ms = 100; // For the wants of the tabs to come in.
const retry_ms = 15_000;
const check_ms = 3_000;

function begin(place: HTMLElement): void {
  const { one = "", many = "", all = "", gift = "", show = "", state } = place.dataset;
  const fund = place.dataset.fund ?? "";
  const tab = String(Math.random());
  const locks = navigator.locks as LockManager | undefined; // Only where the context is secure.
  const channel = locks && new BroadcastChannel("centime-live");
  let after = Number(place.dataset.after);
  let count = 0;
  let done = false; // What there is to say was said.
  let leave: (() => void) | undefined; // While the page can be seen.

  const wants = new Map<string, Want>(); // The leader's, its own with them.
  let leading = false;
  let source: EventSource | undefined;
  let reached = Infinity; // What the stream has told.
  let timer = 0;

  function say(text: string): void {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = show;
    button.addEventListener("click", () => location.reload());
    place.replaceChildren(`${text} `, button);
  }

  function finish(text: string): void {
    say(text);
    done = true;
    leave?.();
  }

  // Whether what the page shows of a donation has changed, since its fund has.
  let checking = 0;
  async function check(): Promise<void> {
    try {
      const { headers } = await fetch(location.href, { method: "HEAD", cache: "no-store" });
      const now = headers.get("Centime-State");
      if (now && now !== state && !done) finish(gift);
    } catch {
      // The next event asks again.
    }
    checking = 0;
  }

  function take(entry: number, its: string): void {
    if (entry <= after || done) return;
    after = entry;
    if (fund && fund !== its) return;
    if (state) {
      checking ||= window.setTimeout(() => void check(), check_ms);
    } else if (++count > most) {
      finish(all);
    } else {
      say(count === 1 ? one : many.replace("{count}", String(count)));
    }
  }

  function open(): void {
    source?.close();
    source = undefined;
    clearTimeout(timer);
    if (!leading || !wants.size) return;
    const names = new Set([...wants.values()].map((want) => want.fund));
    const every = names.has("") || names.size > funds_max;
    const query = every ? "" : [...names].map((name) => `&fund=${encodeURIComponent(name)}`).join("");
    const stream = source = new EventSource(`/v1/events?after=${reached}${query}`);
    stream.addEventListener("record", ({ data }) => {
      const event = JSON.parse(data);
      reached = Math.max(reached, event.entry);
      channel?.postMessage({ entry: event.entry, fund: event.fund });
      take(event.entry, event.fund);
    });
    stream.onerror = () => {
      // Refused, which a browser takes for final: the node may be full or behind.
      if (stream.readyState === EventSource.CLOSED) later(retry_ms);
    };
  }

  function later(wait: number): void {
    clearTimeout(timer);
    timer = window.setTimeout(open, wait);
  }

  function add(want: Want): void {
    wants.set(want.tab, want);
    reached = Math.min(reached, want.after);
    later(settle_ms);
  }

  const tell = (message: Message) => channel?.postMessage(message);
  const own = (): Want => ({ tab, fund, after });

  channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("entry" in data) {
      if (leave) take(data.entry, data.fund);
    } else if ("lead" in data) {
      if (leave) tell({ want: own() });
    } else if (leading && "want" in data) {
      add(data.want);
    } else if (leading && "leave" in data && wants.delete(data.leave)) {
      later(settle_ms);
    }
  });

  function lead(until: Promise<void>): Promise<void> {
    leading = true;
    add(own());
    tell({ lead: true });
    return until.then(() => {
      leading = false;
      wants.clear();
      reached = Infinity;
      open();
    });
  }

  function arrive(): void {
    if (leave || done) return;
    const stop = new AbortController();
    const until = new Promise<void>((resolve) => {
      leave = () => {
        leave = undefined;
        tell({ leave: tab });
        stop.abort();
        resolve();
      };
    });
    if (locks) {
      locks.request("centime-live", { signal: stop.signal }, () => lead(until)).catch(() => 0);
      tell({ want: own() });
    } else {
      void lead(until);
    }
  }

  const look = () => (document.hidden ? leave?.() : arrive());
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", () => leave?.());
  window.addEventListener("pageshow", look);
  look();
}

const place = document.getElementById("live");
if (place) begin(place);
