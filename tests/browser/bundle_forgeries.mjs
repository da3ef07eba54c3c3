// Changes to a proof that a server could make, which has no member's key.
const json = (body) => JSON.parse(body.toString());
const text = (bundle) => Buffer.from(JSON.stringify(bundle));

// The last record, an outflow, is left out.
export function hidesAnOutflow(body) {
  const bundle = json(body);
  bundle.entries.pop();
  return text(bundle);
}

// One byte of the last interval of the last record.
export function shortensAnInterval(body) {
  const bundle = json(body);
  const entry = bundle.entries.at(-1);
  const bytes = Buffer.from(entry.bytes, "base64");
  bytes[bytes.length - 1] -= 1;
  entry.bytes = bytes.toString("base64");
  return text(bundle);
}

export function changesAHead(body) {
  const bundle = json(body);
  const account = bundle.accounts[0];
  const bytes = Buffer.from(account.bytes, "base64");
  bytes[bytes.length - 5] ^= 1;
  account.bytes = bytes.toString("base64");
  return text(bundle);
}

export function changesASignature(body) {
  const bundle = json(body);
  const lines = bundle.checkpoint.split("\n");
  const last = lines.at(-2);
  const at = last.length - 10;
  lines[lines.length - 2] = last.slice(0, at) + (last[at] === "A" ? "B" : "A") + last.slice(at + 1);
  bundle.checkpoint = lines.join("\n");
  return text(bundle);
}

export function dropsACosignature(body) {
  const bundle = json(body);
  bundle.checkpoint = bundle.checkpoint.split("\n").slice(0, -2).join("\n") + "\n";
  return text(bundle);
}

// Of the members' cosignatures, as many as this are left; how many there were.
export function keepsCosignatures(body, count) {
  const bundle = json(body);
  const [origin] = bundle.checkpoint.split("\n");
  const isMembers = (line) => line.startsWith(`\u2014 ${origin}/`);
  const lines = bundle.checkpoint.split("\n");
  const all = lines.filter(isMembers);
  const kept = all.slice(0, count);
  bundle.checkpoint = lines.filter((line) => !isMembers(line) || kept.includes(line)).join("\n");
  return { proof: text(bundle), had: all.length };
}

export function truncates(body) {
  return body.subarray(0, body.length / 2);
}
