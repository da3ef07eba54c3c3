// Makes elements out of texts; markup never comes from a string, so nothing can be injected.

type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A link that saves these bytes as a file.
export function saveLink(text: string, bytes: Uint8Array<ArrayBuffer>, file: string): HTMLElement {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  return element("a", { href: url, download: file, class: "button" }, text);
}
