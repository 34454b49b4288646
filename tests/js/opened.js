// What a page or an embed shows first: boots on standard input, a line each → step and address of each. tests/app/test_steps.py asks.

import { createInterface } from "node:readline";
import { linkOptions } from "../../static/js/address.js";
import { stateOf } from "../../static/js/boot.js";

for await (const line of createInterface({ input: process.stdin })) {
  const state = stateOf(JSON.parse(line));
  console.log(JSON.stringify({ step: state.step, written: linkOptions(state)["step"] ?? "end" }));
}
