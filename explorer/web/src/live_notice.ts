// What a page says to its reader of the entries that came after it was made, and the offer to show
// them.

const most = 999; // Counted; then the page is out of date by any measure.
const check_ms = 3_000; // From an event of a donation's fund to the question what has changed.

export class Notice {
  after: number; // The last entry that is known here.
  isDone = false; // What there is to say was said.
  readonly fund: string; // That the page is about; empty: all.
  private readonly text = document.createTextNode("");
  private count = 0;
  private timer = 0;

  // `onDone` is called once.
  constructor(
    private readonly place: HTMLElement,
    private readonly onDone: () => void,
  ) {
    this.fund = place.dataset.fund ?? "";
    this.after = Number(place.dataset.after);
  }

  // There is this entry, of that fund. One that is known already changes nothing.
  take(entry: number, fund: string): void {
    if (entry <= this.after || this.isDone) return;
    this.after = entry;
    if (this.fund && this.fund !== fund) return;
    const { one = "", many = "", all = "", state } = this.place.dataset;
    if (state) {
      this.timer ||= window.setTimeout(() => void this.check(), check_ms);
    } else if (++this.count > most) {
      this.finish(all);
    } else {
      this.say(this.count === 1 ? one : many.replace("{count}", String(this.count)));
    }
  }

  // The button stays the same: whoever has come to it keeps it.
  private say(text: string): void {
    this.text.data = `${text} `;
    if (this.text.isConnected) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = this.place.dataset.show ?? "";
    button.addEventListener("click", () => location.reload());
    this.place.replaceChildren(this.text, button);
  }

  private finish(text: string): void {
    this.say(text);
    this.isDone = true;
    this.onDone();
  }

  // Whether what the page shows of a donation has changed, since its fund has.
  private async check(): Promise<void> {
    const { gift = "", state } = this.place.dataset;
    this.timer = 0;  // What comes from now on may not be in the answer.
    try {
      const { headers } = await fetch(location.href, { method: "HEAD", cache: "no-store" });
      const now = headers.get("Centime-State");
      if (now && now !== state && !this.isDone) this.finish(gift);
    } catch {
      // The next event asks again.
    }
  }
}
