// The fields that only the scripts themselves know, and their short names in the bundles.
//
// A field is listed if nothing else says its name: no page (dataset), no file (a bundle's JSON, what
// the browser remembers), no catalogue ("{amount}"), no browser and no library. What is not listed
// keeps its name, so a new field needs nothing; one that is listed wrongly is found by the tests, for
// they run what is served.

// What browsers have; terser's list.
import { domprops } from "./node_modules/terser/tools/domprops.js";

const names = `
  format_version members member validators policies block_bytes_max block_records_max proposer
  first_entry entry_count log_root account_count state_root authored received holes
  for_donation sent_on paid_on exchanged_on from_currency from_amount to_currency
  to_amount currency account spend
  arrivedBy through filled fillLo piece taken ends
  primitives merkle signatures records
  logs witnesses quorum witnessed ignoredLines given parts
  holds begins skips fails stops
  settled isWhole settle
`.trim().split(/\s+/);

// By name, none twice. `texts` are the catalogues' and the names of the pages' attributes.
export function shortNames(texts) {
  const said = texts.join().match(/(?<=\{|\bdata-)\w+/g);
  const known = new Set([...said, ...domprops]);
  const wrong = names.filter((name) => known.has(name));
  if (wrong.length > 0) throw new Error(`others know ${wrong.join(", ")}`);
  return Object.fromEntries(names.map((name, i) => [name, `_${i.toString(36)}`]));
}
