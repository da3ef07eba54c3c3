// Nodes of a real network for a browser to visit: the example appeal, on free ports of 127.0.0.1.
import { createHash } from "node:crypto";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = process.env.CENTIME_PROGRAM;
const example = join(process.env.CENTIME_SOURCE_DIR, "examples", "dec-ebola");

// Bytes of a page's HTML over the wire: what the first packets of a connection hold.
export const firstPageMax = 14_000;

export class Network {
  // `change` is given the text of its network.toml.
  static async start(change = (text) => text) {
    return Network.begin((network) => network.found(change));
  }

  // All four validators of the example, a node each; `urls` and `pids` by member.
  static async startFour() {
    return Network.begin((network) => network.foundFour());
  }

  static async begin(found) {
    const network = new Network();
    try {
      await found(network);
    } catch (error) {
      await network.stop();
      throw error;
    }
    return network;
  }

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "centime-web-"));
    this.path = (...names) => join(this.folder, ...names);
    this.data = this.path("node");
  }

  async found(change) {
    // One validator is enough to visit; the others' nodes would change nothing on a page.
    const text = readFileSync(join(example, "network.toml"), "utf8");
    writeFileSync(this.path("network.toml"),
      change(text.replace(/^validators = .*$/m, 'validators = ["dec"]')));
    await run(program, ["network", "new", this.path("network.toml"), "--out",
      this.path("network"), "--generate-keys"]);
    await run(program, ["init", "--data", this.path("node"), "--genesis",
      this.path("network", "genesis.bin"), "--key", this.path("network", "keys", "dec.key")]);
    await this.run("127.0.0.1:0");
    await this.importExample();
  }

  async foundFour() {
    this.data = this.path("nodes", "dec");
    this.process = spawn(program, ["devnet", "--json", "--network", join(example, "network.toml"),
      "--dir", this.folder, "--port", "0"], { stdio: ["ignore", "pipe", "ignore"] });
    const { members } = await new Promise((resolve, reject) => {
      let told = "";
      this.process.stdout.on("data", (data) => {
        told += data;
        if (told.endsWith("\n")) resolve(JSON.parse(told));
      });
      this.process.on("exit", (code) => reject(new Error(`centime devnet ended: ${code}`)));
    });
    this.urls = Object.fromEntries(members.map(({ member, url }) => [member, url]));
    this.pids = Object.fromEntries(members.map(({ member, pid }) => [member, pid]));
    this.url = this.urls.dec;
    await this.importExample();
  }

  async importExample() {
    await this.import("records.csv", "--skip-bad", "--receipts", this.path("receipts.csv"));
    this.gift = await this.idOf("dec/income-1");
  }

  // `settings`: others than those of its centime.toml, by their names there.
  async run(address, settings = {}) {
    const variables = Object.entries(settings).map(([name, value]) =>
      [`CENTIME_${name.toUpperCase()}`, String(value)]);
    this.process = spawn(program, ["run", "--data", this.data, "--listen", address],
      { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, ...Object.fromEntries(variables) } });
    this.url = await new Promise((resolve, reject) => {
      let told = "";
      this.process.stdout.on("data", (data) => {
        told += data;
        const found = /http:\/\/[^/\s]+/.exec(told);
        if (found) resolve(found[0]);
      });
      this.process.on("exit", (code) => reject(new Error(`centime run ended: ${code}`)));
    });
  }

  // The node ends and begins again, at the same address unless another is given.
  async restart({ address = this.url.replace("http://", ""), settings } = {}) {
    await this.end();
    await this.run(address, settings);
  }

  // Has the node's member record donations of a pound to a fund; the id of the last.
  async give(fund, count = 1) {
    this.given ??= 0;
    const records = Array.from({ length: count }, () => ({
      reference: `live-${++this.given}`, type: "donation", fund, amount: 100, currency: "GBP",
      paid_on: "2015-11-01", channel: "appeal",
      commitment: createHash("sha256").update(`${this.given}`).digest("hex"),
    }));
    return (await this.record(records)).ids.at(-1);
  }

  // The node's member takes its `number`th new key; the node opens itself anew with it.
  async rotateKey(number) {
    const key = (i) => this.path("node", "keys", i > 0 ? `dec-${i + 1}.key` : "dec.key");
    await run(program, ["keys", "rotate", "--key", key(number - 1), "--new-key", key(number),
      "--node", this.url]);
    for (;;) {
      const answer = await fetch(`${this.url}/v1/status`).catch(() => undefined);
      const { epoch } = answer?.ok ? await answer.json() : {};
      const probe = epoch === number && await this.give("phase-1").catch(() => undefined);
      if (probe) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  // Has an organisation become a member: the node's proposes it, the auditor approves.
  async admit(member, title) {
    const told = async (...args) => JSON.parse((await run(program, [...args, "--json"])).stdout);
    const key = await told("keys", "new", "--member", member, "--out", this.path(`${member}.key`));
    const by = (author) =>
      ["--node", this.url, "--key", this.path("network", "keys", `${author}.key`)];
    const { id } = await told("propose", "member", member, "--title", title, "--role", "ngo",
      "--public-key", key.public_key, "--agreement", this.path("network.toml"), ...by("dec"));
    await told("approve", id, "--statement", this.path("network.toml"), ...by("auditor"));
  }

  async record(records) {
    if (!this.token) {
      const { stdout } = await run(program, ["token", "new", "--data", this.data, "--name",
        "live", "--scope", "record"]);
      this.token = /centime_\S+/.exec(stdout)[0];
    }
    const answer = await fetch(`${this.url}/v1/records`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ records }),
    });
    const told = await answer.json();
    if (answer.status !== 201) throw new Error(JSON.stringify(told));
    return told;
  }

  // The record id of a donation, by its author and reference.
  async idOf(name) {
    const { stdout } = await run(program, ["trace", name, "--node", this.url]);
    return /^record ([0-9a-f]{64}),/m.exec(stdout)[1];
  }

  // One line of the example is wrong by a pound and refused, which the program's exit code tells.
  async import(file, ...options) {
    await run(program, ["import", "csv", resolve(example, file), "--node", this.url, "--keys",
      this.path("network", "keys"), ...options]).catch((error) => {
      if (!options.includes("--skip-bad") || error.code === null) throw error;
    });
  }

  // More records than the example's, as CSV.
  async importText(text) {
    const file = this.path("more.csv");
    writeFileSync(file, text);
    await this.import(file, "--receipts", this.path("more-receipts.csv"));
  }

  // What the program says, however it ends.
  async program(...words) {
    return run(program, words).catch(({ stdout, stderr }) => ({ stdout: stdout + stderr }));
  }

  async read(path) {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  // How many bytes of body come over the wire to a browser that takes these codings. `status` null:
  // whatever it is.
  async transferred(path, codings = "gzip, deflate", status = 200) {
    const headers = { Accept: "text/html,*/*", "Accept-Encoding": codings };
    return new Promise((resolve, reject) => {
      get(this.url + path, { headers }, (answer) => {
        if (status && answer.statusCode !== status) reject(new Error(`${path}: ${answer.statusCode}`));
        let bytes = 0;
        answer.on("data", (data) => { bytes += data.length; });
        answer.on("end", () => resolve(bytes));
      }).on("error", reject);
    });
  }

  async end() {
    if (this.process) {
      this.process.removeAllListeners("exit");
      const gone = new Promise((resolve) => this.process.once("close", resolve));
      this.process.kill("SIGTERM");
      await gone;
    }
  }

  async stop() {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
