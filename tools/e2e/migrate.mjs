// `breakwater migrate` and `breakwater admin` against a real node: a fresh group, a second run, what tightens, what waits, a
// veto, a pause. Arguments: the command's path, a folder for keys.
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [command, folder] = process.argv.slice(2);
const { Surfnet } = createRequire(import.meta.url)("@solana/surfpool-linux-x64-gnu");

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function base58(bytes) {
  let number = BigInt("0x" + Buffer.from(bytes).toString("hex"));
  let text = "";
  for (; number > 0n; number /= 58n) text = ALPHABET[Number(number % 58n)] + text;
  for (const byte of bytes) {
    if (byte !== 0) break;
    text = "1" + text;
  }
  return text;
}

function key(name) {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const [secret, address] = [jwk.d, jwk.x].map((text) => Buffer.from(text, "base64url"));
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify([...secret, ...address]), { mode: 0o600 });
  return { path, address: base58(address) };
}

const node = Surfnet.startWithConfig({ offline: true, blockProductionMode: "clock", slotTimeMs: 400 });
const [payer, guardian] = [key("payer"), key("guardian")];

async function airdrop(address) {
  const body = { jsonrpc: "2.0", id: 1, method: "requestAirdrop", params: [address, 1_000_000_000_000] };
  await fetch(node.rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

const keys = ["--keypair", payer.path, "--guardian-keypair", guardian.path];
const place = ["--cluster", "localnet", "--url", node.rpcUrl, ...keys];

// Not spawnSync: the node runs in this process.
function breakwater(...argumentsGiven) {
  return new Promise((resolve) => {
    const child = spawn(command, argumentsGiven);
    let out = "";
    let err = "";
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => (err += data));
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

async function expect(code, text, ...argumentsGiven) {
  const began = Date.now();
  const { code: found, out, err } = await breakwater(...argumentsGiven);
  const shown = argumentsGiven.filter((argument) => !place.includes(argument)).join(" ");
  if (found !== code || !(out + err).includes(text)) {
    console.error(`e2e: breakwater ${shown}: exit code ${found}, not ${code}, or no "${text}" in:\n${out}${err}`);
    process.exit(1);
  }
  console.log(`e2e: breakwater ${shown}: ${text} (${Date.now() - began} ms)`);
  if (process.env.E2E_SHOW) console.log(out);
  return out;
}

await airdrop(payer.address);
await expect(2, "there is no group", "admin", "show", ...place);
await expect(0, "nothing was sent", "migrate", ...place, "--launch", "--dry-run");
await expect(0, "steps taken", "migrate", ...place, "--launch", "--yes");
await expect(0, "nothing to do", "migrate", ...place, "--launch", "--yes");
const dry = JSON.parse(await expect(0, '"dry_run":true', "migrate", ...place, "--launch", "--dry-run", "--json"));
if (dry.steps.length !== 0 || dry.taken !== 0) {
  console.error(`e2e: left to do: ${JSON.stringify(dry)}`);
  process.exit(1);
}
await expect(2, "pass --yes to do this", "admin", "queue", ...place, "--set", "dust=20");
await expect(0, "launched yes", "admin", "show", ...place);

const set = ["admin", "queue", ...place, "--yes", "--token", "SOL"];
await expect(0, "at once", ...set, "--set", "asset_initial=7_500");
await expect(0, "queued, due", ...set, "--set", "liability_initial=11_200");
await expect(2, "ConfigAssetWeights", ...set, "--set", "asset_end=9_500");
await expect(0, "liability_initial_bps", "admin", "show", ...place);
await expect(1, "ChangeNotDue", "admin", "execute", "0", ...place);
await expect(0, "vetoed", "admin", "veto", "0", ...place);
await expect(1, "ChangeIsOver", "admin", "veto", "0", ...place);
await expect(0, "closed", "admin", "close", "0", ...place);
await expect(0, "paused for 2h", "admin", "pause", ...place, "--actions", "borrow,trade", "--for", "2h", "--bank", "SOL");
await expect(0, "SOL: borrow, trade for", "admin", "show", ...place);
await expect(1, "PauseTooLong", "admin", "pause", ...place, "--actions", "trade", "--for", "7h");
await expect(0, "the pause is over", "admin", "unpause", ...place, "--bank", "SOL");

const file = join(folder, "edited.toml");
const text = readFileSync(new URL("../../migrations/params/localnet.toml", import.meta.url), "utf8");
writeFileSync(file, text.replace("dust_usd = 10", "dust_usd = 20").replace("asset_initial_bps = 8_000", "asset_initial_bps = 7_500"));
await expect(0, "steps taken", "migrate", ...place, "--params", file, "--yes");
await expect(0, "1 in the queue", "migrate", ...place, "--params", file, "--yes");
const shown = JSON.parse(await expect(0, '"launched"', "admin", "show", ...place, "--json"));
if (shown.queue.length !== 1 || shown.queue[0].lines[0].parameter !== "dust_usd") {
  console.error(`e2e: the queue is ${JSON.stringify(shown.queue)}`);
  process.exit(1);
}

node.timeTravelToTimestamp(Date.now() + 2 * 86_400_000 + 60_000);
await expect(0, "is due: executed now", "migrate", ...place, "--params", file, "--yes");
await expect(0, "nothing to do", "migrate", ...place, "--params", file, "--yes");
await expect(0, "set_liquidation: liquidation: executed", "admin", "show", ...place);
console.log("e2e: all as expected");
process.exit(0);
