// The one event stream that the tabs of a browser share: what they want of it, and how it is kept
// open.

export interface Want {
  tab: string;
  fund: string; // Empty: all funds.
  after: number; // The last entry that the tab knows.
}

const funds_max = 32; // That one stream may name.
const settle_ms = 100; // For the wants of the tabs to come in.
const retry_ms = 15_000;

export class Stream {
  isOpen = false; // This tab keeps it for all.
  private readonly wants = new Map<string, Want>(); // This tab's with them.
  private source: EventSource | undefined;
  private reached = Infinity; // The last entry that the stream has told.
  private timer = 0;

  // `onServed` names the tabs that get each later record from where they are.
  constructor(
    private readonly onRecord: (entry: number, fund: string) => void,
    private readonly onServed: (tabs: string[]) => void,
  ) {}

  begin(own: Want): void {
    this.isOpen = true;
    this.add(own);
  }

  end(): void {
    this.isOpen = false;
    this.wants.clear();
    this.reached = Infinity;
    this.connect();
  }

  add(want: Want): void {
    this.wants.set(want.tab, want);
    // Until it begins anew with this tab, the stream must tell nothing: nobody would tell that to the
    // tab again.
    this.source?.close();
    this.reached = Math.min(this.reached, want.after);
    this.later(settle_ms);
  }

  drop(tab: string): void {
    if (this.wants.delete(tab)) this.later(settle_ms);
  }

  private later(wait: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.connect(), wait);
  }

  private connect(): void {
    this.source?.close();
    this.source = undefined;
    clearTimeout(this.timer);
    if (!this.isOpen || !this.wants.size) return;
    const names = new Set([...this.wants.values()].map((want) => want.fund));
    const every = names.has("") || names.size > funds_max;
    const query = every ? "" : [...names].map((name) => `&fund=${encodeURIComponent(name)}`).join("");
    const source = this.source = new EventSource(`/v1/events?after=${this.reached}${query}`);
    source.addEventListener("record", ({ data }) => {
      const { entry, fund } = JSON.parse(data);
      this.reached = Math.max(this.reached, entry);
      this.onRecord(entry, fund);
    });
    this.onServed([...this.wants.keys()]);
    source.onerror = () => {
      // Refused, which a browser takes for final: the node may be full or behind.
      if (source.readyState === EventSource.CLOSED) this.later(retry_ms);
    };
  }
}
