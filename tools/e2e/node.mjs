// Starts a node and prints one line of JSON with its URLs. Ends when its input ends.
// Arguments: milliseconds of a slot.
import { createRequire } from "node:module";

const { Surfnet } = createRequire(import.meta.url)("@solana/surfpool-linux-x64-gnu");
const slotTimeMs = Number(process.argv[2] ?? 400);
const node = Surfnet.startWithConfig({ offline: true, blockProductionMode: "clock", slotTimeMs });

// The node tells what it does through a queue of bounded length, and stands still once that is full.
setInterval(() => node.drainEvents(), 20);
process.stdin.on("end", () => process.exit(0)).resume();
console.log(JSON.stringify({ rpc: node.rpcUrl, ws: node.wsUrl }));
