// Tells the reader of a page that there are new entries, and offers to show them.
//
// All tabs of a browser share one event stream: the one that holds the lock reads it for all and
// tells the others. A tab that can't be seen leaves; when it is seen again it goes on behind the
// last entry that it knows, so nothing is missed or counted twice.

import { Notice } from "./live_notice.js";
import { Stream, type Want } from "./live_stream.js";

type Message =
  | { want: Want } | { leave: string } | { lead: true } | { served: string[] }
  | { entry: number; fund: string };

function begin(place: HTMLElement): void {
  const tab = String(Math.random());
  // A browser may lack either; locks are for secure contexts only.
  const locks = "BroadcastChannel" in window ? (navigator.locks as LockManager | undefined) : undefined;
  let channel = locks && new BroadcastChannel("centime-live");
  const tell = (message: Message) => channel?.postMessage(message);
  let leave: (() => void) | undefined; // While the page can be seen.

  const notice = new Notice(place, () => leave?.());
  const own = (): Want => ({ tab, fund: notice.fund, after: notice.after });
  // Until the stream begins where this tab is, what it tells the others may lie further on.
  let isServed = false;
  const ask = () => {
    isServed = false;
    tell({ want: own() });
  };
  const stream = new Stream((entry, fund) => {
    tell({ entry, fund });
    notice.take(entry, fund);
  }, (served) => tell({ served }));

  channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("entry" in data) {
      if (leave && isServed) notice.take(data.entry, data.fund);
    } else if ("served" in data) {
      isServed ||= data.served.includes(tab);
    } else if ("lead" in data) {
      if (leave) ask();
    } else if (stream.isOpen && "want" in data) {
      stream.add(data.want);
    } else if (stream.isOpen && "leave" in data) {
      stream.drop(data.leave);
    }
  });

  function lead(until: Promise<void>): Promise<void> {
    stream.begin(own());
    tell({ lead: true });
    return until.then(() => stream.end());
  }

  function arrive(): void {
    if (leave || notice.isDone) return;
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
      locks.request("centime-live", { signal: stop.signal }, () => lead(until)).catch(() => {
        if (stop.signal.aborted) return undefined;
        // Refused where the reader lets sites keep nothing: then the tab reads for itself.
        channel?.close();
        channel = undefined;
        return lead(until);
      });
      ask();
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
