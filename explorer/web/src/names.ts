// Titles as they stand in a sentence: the same as the pages write them (explorer/names.h).
//
// Text of the ledger is anybody's, and may neither rearrange what stands around it nor look like
// another name.

// Marks of direction, and characters that nobody sees.
const unseen = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

export const withoutUnseen = (text: string): string => text.replace(unseen, "");

// Isolated if it may run from right to left, as from Hebrew on.
export function inSentence(text: string): string {
  const plain = withoutUnseen(text);
  return /[\u0580-\uffff]/.test(plain) ? `\u2068${plain}\u2069` : plain;
}
