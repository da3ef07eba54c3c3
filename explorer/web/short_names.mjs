// The fields that only the scripts themselves know, and their short names in the bundles.
//
// A field is listed if nothing else says its name: no page (dataset), no file (a bundle's JSON, what
// the browser remembers), no text that looks it up, no catalogue ("{amount}"), no browser and no
// library. What is not listed keeps its name, so a new field needs nothing; one that is listed
// wrongly is found by the tests, for they run what is served.

// What browsers have; terser's list.
import { domprops } from "./node_modules/terser/tools/domprops.js";

const names = `
  account currency primitives signatures arrivedBy fillLo author authored records
  received trusted merkle filled ends taken
  members validators policies quorum logs witnesses witnessed given piece
  way converted conversions takenLo takenHi
  holes holds skips begins fails stops settled isWhole settle
  into asked epoch panel
  from_amount to_amount from_currency to_currency
  for_donation spend proposer first_entry entry_count log_root account_count state_root next_epoch
  format_version member block_bytes_max block_records_max sent_on paid_on exchanged_on
  ignoredLines foldSmallestFirst includesHash loadEpochs isOther onStep texts verified again fetchBytes
`.trim().split(/\s+/);

// By name, none twice. `texts` are the catalogues' and the names of the pages' attributes, and
// `sources` the scripts, which may look up no name by its text: that would keep the long one.
export function shortNames(texts, sources) {
  const said = texts.join().match(/(?<=\{|\bdata-)\w+/g);
  const lookedUp = sources.join().match(/(?<=")\w+(?=" in )/g) ?? [];
  const known = new Set([...said, ...lookedUp, ...domprops]);
  const wrong = names.filter((name) => known.has(name));
  if (wrong.length > 0) throw new Error(`others know ${wrong.join(", ")}`);
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !known.has(letter));
  return Object.fromEntries(names.map((name, i) =>
    [name, letters[i] ?? `_${(i - letters.length).toString(36)}`]));
}
