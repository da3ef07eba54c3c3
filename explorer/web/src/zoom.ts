// Makes the flow diagrams of a page larger and smaller: by buttons, by keys while the diagram has the
// focus, by ctrl and the wheel, by two fingers.
//
// A larger diagram makes its page longer and is scrolled like the rest: downwards with the page,
// sideways in its frame, which arrow keys do too. So nothing is kept from scrolling. What is drawn
// stays as it is, for only the picture's own width and height change.

const step = Math.SQRT2;
const most = 4; // Times the size as it was drawn.
const wheel_max = 25; // Pixels of one turn that count; a trackpad tells a few, a wheel a hundred.

function begin(bar: HTMLElement): void {
  const frame = bar.nextElementSibling as HTMLElement;
  // One for wide screens and one for narrow ones.
  const pictures = [...frame.querySelectorAll("svg")];
  const buttons = [...bar.querySelectorAll("button")];
  let zoom = 1;

  const shown = () => pictures.find((one) => one.getClientRects().length)!;

  // At which all of the shown picture is seen at once.
  function whole(): number {
    const { width, height } = shown().viewBox.baseVal;
    return Math.min(1, frame.clientWidth / width, innerHeight / height);
  }

  // What is at this point of the window stays there; without a height, sideways only.
  function become(wanted: number, x: number, y?: number): void {
    let next = Math.min(most, Math.max(whole(), wanted));
    // The size as it was drawn is not passed over.
    if ((zoom - 1) * (next - 1) < 0) next = 1;
    const before = shown().getBoundingClientRect();
    for (const one of pictures) {
      const { width, height } = one.viewBox.baseVal;
      one.setAttribute("width", String(width * next));
      one.setAttribute("height", String(height * next));
    }
    zoom = next;
    frame.classList.toggle("larger", zoom > 1);
    const after = shown().getBoundingClientRect();
    const times = after.width / before.width;
    frame.scrollLeft += after.left - x + (x - before.left) * times;
    if (y !== undefined) scrollBy(0, after.top - y + (y - before.top) * times);
    tell();
  }

  // Which buttons would change nothing. They keep the focus, so they are not disabled.
  function tell(): void {
    const isLeast = zoom <= whole();
    [zoom >= most, isLeast, isLeast].forEach((isDone, i) =>
      buttons[i]!.setAttribute("aria-disabled", String(isDone)));
  }

  // Larger, smaller, whole: the order of the buttons.
  function turn(which: number): void {
    const { left, width } = frame.getBoundingClientRect();
    become([zoom * step, zoom / step, 0][which]!, left + width / 2);
  }

  buttons.forEach((button, i) => button.addEventListener("click", () => turn(i)));
  frame.addEventListener("keydown", (event) => {
    const which = ["+=", "-−", "0"].findIndex((keys) => keys.includes(event.key));
    if (which < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    turn(which);
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const turned = Math.max(-wheel_max, Math.min(wheel_max, event.deltaY));
    become(zoom * step ** (-turned / wheel_max), event.clientX, event.clientY);
  }, { passive: false });

  let apart = 0; // The two fingers, in pixels.
  frame.addEventListener("touchstart", () => (apart = 0), { passive: true });
  frame.addEventListener("touchmove", (event) => {
    const [one, other, third] = event.touches;
    if (!one || !other || third || !event.cancelable) return;
    event.preventDefault();
    const now = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const [x, y] = [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2];
    if (apart) become((zoom * now) / apart, x, y);
    apart = now;
  }, { passive: false });

  // What is whole depends on the window.
  addEventListener("resize", tell);
  bar.hidden = false;
  tell();
}

for (const bar of document.querySelectorAll<HTMLElement>(".zoom")) begin(bar);
