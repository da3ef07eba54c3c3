// Writes the module of readers (src/decode.ts) that the node's wire schema asks for.
//
// What is read has a name if `named` says it, the text in which the verifier says what it looks at.
// Other fields, and other words of an enumeration, stand in the module without; their bytes are read
// and checked all the same.

// No field that is looked at has a single small letter for a name.
function unnamed(i) {
  if (i >= 26) throw new Error("a structure of more fields than there are letters");
  return String.fromCharCode("a".charCodeAt(0) + i);
}

class Writer {
  constructor(named) {
    this.names = new Set(named.match(/\w+/g));
    this.expressions = [];  // Each once, with "@3@" for the one with that index.
    this.imports = new Set();
  }

  // A reference to the expression that reads a type.
  read(type, isNamed = true) {
    const [kind] = Object.keys(type);
    const value = type[kind];
    const write = {
      struct: () => [this.object(value.map(({ name, type: field }) => [name || "body", field]))],
      variant: () => [this.object(value.map(({ name, body }) => [name, body]))],
      optional: () => [this.read(value, isNamed)],
      list: () => [this.read(value, isNamed), type.max],
      enum: () => [JSON.stringify(value.map((word) => (isNamed && this.names.has(word) ? word : 0)))],
      blob: () => [value],
      text: () => [this.grammar(type.format), value, ...type.min ? [type.min] : []],
      bytes: () => [value, ...type.format ? [this.grammar(type.format)] : []],
      integer: () => [/^u(8|16|32|64)$/.exec(value)[1] / 8],
    }[kind];
    if (!write) throw new Error(`the scripts have no reader of ${kind}`);
    const reader = { enum: "oneOf", bytes: "fixed" }[kind] ?? kind;
    this.imports.add(reader);
    const expression = `${reader}(${write()})`;
    if (!this.expressions.includes(expression)) this.expressions.push(expression);
    return `@${this.expressions.indexOf(expression)}@`;
  }

  // Names differ, for what is read is an object.
  object(fields) {
    return `{${fields.map(([name, type], i) => {
      if (!/^[a-z]\w*$/.test(name)) throw new Error(`a field's name: ${name}`);
      const isNamed = this.names.has(name);
      return `${isNamed ? name : unnamed(i)}: ${this.read(type, isNamed)}`;
    }).join(", ")}}`;
  }

  grammar(format) {
    const name = `${/^\w+/.exec(format)[0]}Grammar`;
    this.imports.add(name);
    return name;
  }
}

export function writeReaders(types, named) {
  const writer = new Writer(named);
  const exports = Object.entries(types).map(([name, type]) => [name, writer.read(type)]);
  const { expressions } = writer;
  const all = [...expressions, ...exports.map(([, reference]) => reference)].join();
  const isShared = (reference) => all.split(reference).length > 2;
  const resolve = (text) => text.replace(/@(\d+)@/g, (reference, index) =>
    isShared(reference) ? `type${index}` : resolve(expressions[index]));
  return [
    `import { ${[...writer.imports].sort().join(", ")} } from "./decode.js";`,
    // Whatever an expression needs has a lower index.
    ...expressions.map((expression, i) => `const type${i} = ${resolve(expression)};`)
      .filter((_, i) => isShared(`@${i}@`)),
    ...exports.map(([name, reference]) => `export const ${name} = ${resolve(reference)};`),
  ].join("\n");
}
