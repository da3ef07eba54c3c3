// Reads JSON as strictly as the node does: one name once in an object, integers that stay whole.
//
// JSON.parse keeps the last of two equal names and rounds large numbers; two readers would then see
// two documents in the same bytes.

export type Json = null | boolean | number | string | Json[] | Map<string, Json> | Fraction;

// A number that is not written as an integer, or is too large to be held exactly.
export class Fraction {}

const depthMax = 16;

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  document(): Json {
    const value = this.value(1);
    this.space();
    if (this.at !== this.text.length) throw new SyntaxError();
    return value;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private space(): void {
    this.match(/[ \t\n\r]*/y);
  }

  private take(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    ++this.at;
    return true;
  }

  private value(depth: number): Json {
    if (this.take("{")) return this.object(depth);
    if (this.take("[")) return this.list(depth);
    if (this.text[this.at] === '"') return this.string();
    const number = this.match(/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y);
    if (number !== undefined) {
      const value = Number(number);
      return /^-?[0-9]+$/.test(number) && Number.isSafeInteger(value) ? value : new Fraction();
    }
    const word = this.match(/true|false|null/y);
    if (word === undefined) throw new SyntaxError();
    return word === "null" ? null : word === "true";
  }

  private string(): string {
    const quoted = this.match(/"[^"\\]*(?:\\.[^"\\]*)*"/y);
    if (quoted === undefined) throw new SyntaxError();
    const text: string = JSON.parse(quoted);
    if (/[\ud800-\udfff]/u.test(text)) throw new SyntaxError();  // Half of a character.
    return text;
  }

  private object(depth: number): Map<string, Json> {
    if (depth > depthMax) throw new SyntaxError();
    const object = new Map<string, Json>();
    if (this.take("}")) return object;
    do {
      this.space();
      const name = this.string();
      if (object.has(name) || !this.take(":")) throw new SyntaxError();
      object.set(name, this.value(depth + 1));
    } while (this.take(","));
    if (!this.take("}")) throw new SyntaxError();
    return object;
  }

  private list(depth: number): Json[] {
    if (depth > depthMax) throw new SyntaxError();
    const items: Json[] = [];
    if (this.take("]")) return items;
    do {
      items.push(this.value(depth + 1));
    } while (this.take(","));
    if (!this.take("]")) throw new SyntaxError();
    return items;
  }
}

// Nothing for what is not JSON.
export function parseJson(text: string): Json | undefined {
  try {
    return new Reader(text).document();
  } catch {
    return undefined;
  }
}
