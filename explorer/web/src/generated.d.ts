// What build.mjs makes out of the node's field lists and the explorer's catalogues.
declare module "centime:readers" {
  type Reader = import("./decode.js").Reader;
  export const entry: Reader;
  export const authored: Reader;  // What a record entry begins with.
  export const account: Reader;
}

declare module "centime:link-reader" {
  export const epoch_link: import("./decode.js").Reader;
}

// Where the scripts are that check-run.js loads.
declare module "centime:parts" {
  export const resultUrl: string;
  export const historyUrl: string;
  export const epochsUrl: string;
}

declare module "centime:words" {
  const words: Record<string, Record<string, string>>;
  export default words;
}
