// Runs ONNX files in ONNX Runtime (onnxruntime-node): a judge of MemKD's ONNX writer that shares nothing with it.
//
//   NODE_PATH=…/node_modules node run.js FOLDER     reads FOLDER/jobs.json, prints one result a job as JSON
//
// A job:  {"model": "a.onnx", "feeds": {"x": {"type": "float32", "dims": [1, 3, 1], "data": [..]}, ..}}
//         the result is {"logits": [..], "probabilities": [..]}
// or, to run a step graph over a series, each state NAME starting as given and then becoming NAME_next:
//         {"model": "b.onnx", "steps": [[x of time 0], ..], "x": [dims of x], "states": {"h": {"dims": [..], "fill": 0}, ..}}
//         the result is {"logits": [[at time 0], ..], "states": {"h": [..], ..}}
// null stands for NaN. Ends with code 77 where onnxruntime-node is missing.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

let ort;
try {
  ort = require("onnxruntime-node");
} catch {
  process.stderr.write("the npm package onnxruntime-node is missing (see .ci/run).\n");
  process.exit(77);
}

const floats = (values) => Float32Array.from(values, (v) => (v === null ? NaN : v));
const tensor = (t) =>
  new ort.Tensor(t.type, t.type === "int32" ? Int32Array.from(t.data) : floats(t.data), t.dims);
const plain = (output) => Array.from(output.data);

async function whole(session, job) {
  const feeds = {};
  for (const [name, value] of Object.entries(job.feeds)) feeds[name] = tensor(value);
  const outputs = await session.run(feeds);
  return { logits: plain(outputs.logits), probabilities: plain(outputs.probabilities) };
}

async function stepwise(session, job) {
  const states = {};
  for (const [name, { dims, fill }] of Object.entries(job.states)) {
    const size = dims.reduce((a, b) => a * b, 1);
    states[name] = new ort.Tensor("float32", new Float32Array(size).fill(fill), dims);
  }
  const logits = [];
  for (const x of job.steps) {
    const outputs = await session.run({ x: new ort.Tensor("float32", floats(x), job.x), ...states });
    for (const name of Object.keys(states)) states[name] = outputs[`${name}_next`];
    logits.push(plain(outputs.logits));
  }
  return { logits, states: Object.fromEntries(Object.entries(states).map(([n, s]) => [n, plain(s)])) };
}

async function main(folder) {
  const results = [];
  for (const job of JSON.parse(fs.readFileSync(path.join(folder, "jobs.json"), "utf8"))) {
    const session = await ort.InferenceSession.create(path.join(folder, job.model), { intraOpNumThreads: 1 });
    results.push(await (job.steps ? stepwise(session, job) : whole(session, job)));
    await session.release();
  }
  process.stdout.write(JSON.stringify(results));
}

main(process.argv[2]).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
