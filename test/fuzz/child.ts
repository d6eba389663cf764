/** Runs inputs of one target after the other and tells the parent of each before it begins, so that a hang has a name. */
import { setImmediate } from "node:timers/promises";
import { createRandom } from "../../src/base/random.js";
import { mutate } from "./mutate.js";
import { targets } from "./targets.js";
import { isRefusal, WrongValue } from "./wrong-value.js";
import type { FromChild, ToChild } from "./run.js";

const say = (message: FromChild): void => void process.send?.(message);
let current = { target: "", input: 0 };
const problem = (kind: "crash" | "wrong" | "unhandled", error: unknown): void => {
  const { name = "", message = String(error), stack = "" } = error as Partial<Error>;
  const at = stack.split("\n").slice(1, 3).join(" <").replaceAll(/\s+/g, " ");
  say({ ...current, kind, message: `${name}: ${message.slice(0, 200)} ${at}` });
};
process.on("unhandledRejection", (error) => problem("unhandled", error));

process.once("message", (message: ToChild) => {
  void work(message);
});
say({ target: "", input: 0, kind: "ready" });

async function work({ target: name, from, to }: ToChild): Promise<void> {
  const target = targets.find((one) => one.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  const seeds = await target.seeds();
  let read = 0;
  for (let input = from; input < to; input++) {
    current = { target: name, input };
    say({ ...current, kind: "begin", read });
    const random = createRandom(`fuzz/${name}/${input}/run`);
    const k = createRandom(`fuzz/${name}/${input}/seed`).integer(seeds.length);
    // The first inputs are the valid ones: they must be read.
    const valid = input < seeds.length;
    const bytes = valid
      ? Buffer.from(seeds[input])
      : mutate(seeds[k], `fuzz/${name}/${input}`, target.isText);
    try {
      await target.run(new Uint8Array(bytes), random, valid ? input : k);
      read++;
    } catch (error) {
      if (error instanceof WrongValue) problem("wrong", error);
      else if (valid || !isRefusal(error)) problem("crash", error);
    }
    if (input % 20 === 0) await setImmediate();
  }
  await setImmediate();
  say({ ...current, kind: "end", read });
  process.disconnect();
}
