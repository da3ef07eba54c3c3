// What build.mjs makes out of the node's field lists and the explorer's catalogues.
declare module "centime:schema" {
  const schema: { entry: unknown; account: unknown; exponents: Record<string, number> };
  export default schema;
}

declare module "centime:words" {
  const words: Record<string, Record<string, string>>;
  export default words;
}
