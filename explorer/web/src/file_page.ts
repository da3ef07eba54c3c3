// The check of a saved proof on /verify: the reader chooses the file, or drops it anywhere.
//
// The files are sent nowhere. Who gives no policy trusts the one that this browser trusted before, or
// else asks this page's node for its own, and is told that nobody else confirms it.

import type { Bytes } from "./bytes.js";
import { bytesOf, checkFiles, type Kind, kinds, names, takeDropped } from "./files.js";
import { rememberedPolicy } from "./memory.js";
import { Panel } from "./panel.js";
import { choosePrimitives } from "./primitives.js";
import { Words } from "./words.js";
import { epochsUrl, resultUrl } from "centime:parts";

async function policyOfNode(): Promise<Bytes | undefined> {
  const response = await fetch("/v1/policy", { credentials: "omit", cache: "no-cache" })
    .catch(() => undefined);
  return response?.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

function begin(island: HTMLElement): void {
  const part = <T extends HTMLElement>(selector: string) => island.querySelector<T>(selector)!;
  const inputOf = (kind: Kind) => part<HTMLInputElement>(`#check-${kind}`);
  const button = part<HTMLButtonElement>("[type=submit]");
  const status = part("[role=status]");
  const dropped: Partial<Record<Kind, File>> = {};
  const { words: wordsUrl = "", noble: nobleUrl = "" } = island.dataset;

  // Nothing that an earlier check found is left beside what was chosen now.
  const clear = (): void => {
    part(".progress").textContent = status.textContent = "";
  };

  async function check(): Promise<void> {
    const words = new Words((await import(wordsUrl)).default);
    const panel = new Panel(part(".progress"), status, words, names);
    const fileOf = (kind: Kind) => inputOf(kind).files?.[0] ?? dropped[kind];
    const [own, proof] = [fileOf("policy"), fileOf("bundle")];
    if (!proof) return panel.stops(words.check("offline_no_bundle"));
    const known = own ? await bytesOf(own) : rememberedPolicy();
    const policy = known ?? await policyOfNode();
    if (!policy) return panel.stops(words.check("no_answer", { url: "/v1/policy" }));
    const from = known && !own ? words.check("file_policy_known") : "";
    const primitives = await choosePrimitives(async () => (await import(nobleUrl)).noble);
    const { result } = await import(resultUrl);
    const parts = { loadEpochs: () => import(epochsUrl), tell: result };
    const files = { policy, bundle: await bytesOf(proof) };
    await checkFiles(panel, words, files, primitives, parts, from, known ? "" : "_first");
  }

  async function run(): Promise<void> {
    button.disabled = true;
    try {
      await check();
    } catch {
      // A part of the verifier did not come.
      status.textContent = island.dataset.lost ?? "";
      button.disabled = false;
      button.focus();
    }
    button.disabled = false;
  }

  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  for (const kind of kinds) {
    // What is chosen counts more than what was dropped before.
    inputOf(kind).addEventListener("change", () => {
      delete dropped[kind];
      part(`#check-${kind}-dropped`).textContent = "";
      clear();
    });
  }
  takeDropped(async (kind, file) => {
    inputOf(kind).value = "";
    dropped[kind] = file;
    clear();
    part(`#check-${kind}-dropped`).textContent = file.name;
  }, () => dropped.bundle && run());
  island.hidden = false;
}

const island = document.getElementById("check-file");
if (island) begin(island);
