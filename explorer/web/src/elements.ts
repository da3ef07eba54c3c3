// Makes elements out of texts; markup never comes from a string, so nothing can be injected.

type Child = Node | string | undefined;

// "p.aside" is a paragraph of that class. Children that are nothing are left out.
export function element(kind: string, ...children: Child[]): HTMLElement {
  const [name = "", style] = kind.split(".");
  const made = document.createElement(name);
  if (style) made.className = style;
  made.append(...children.filter((child) => child) as (Node | string)[]);
  return made;
}

export function withAttributes<T extends Element>(made: T, attributes: Record<string, string>): T {
  for (const name in attributes) made.setAttribute(name, attributes[name]!);
  return made;
}

// A link that saves these bytes as a file.
export function saveLink(text: string, bytes: Uint8Array<ArrayBuffer>, file: string): HTMLElement {
  const href = URL.createObjectURL(new Blob([bytes]));
  return withAttributes(element("a.button", text), { href, download: file });
}
