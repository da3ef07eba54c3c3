// A policy as the file that the node writes of it: the same bytes, so that it has the same fingerprint.
//
// Source: docs/protocol.md, 5; format_policy in node/proof/policy.h.

import { type Bytes, concat, toBase64, toHex, utf8 } from "./bytes.js";
import type { VerifierKey } from "./note.js";
import type { Policy } from "./policy.js";

const vkeyOf = ({ name, id, type, key }: VerifierKey): string =>
  `${name}+${toHex(id)}+${toBase64(concat([type], key))}`;

// Requires the policy of an epoch, which has a network and no URLs.
export const policyFile = ({ network, logs, witnesses, groups, quorum }: Policy): Bytes =>
  utf8([
    `# centime-network ${toHex(network!)}`,
    ...logs.map((key) => `log ${vkeyOf(key)}`),
    ...witnesses.map(({ name, key }) => `witness ${name} ${vkeyOf(key)}`),
    ...groups.map(({ name, threshold, members }) => `group ${name} ${threshold} ${members.join(" ")}`),
    `quorum ${quorum}\n`,
  ].join("\n"));
