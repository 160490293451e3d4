"use strict";

// Judges proofs with @confio/ics23. Reads lines of JSON from standard input:
//
//   {"spec":"0a0b…","root":"…","proof":"…","key":"…","value":"…"}   does the key have the value?
//   {"spec":"0a0b…","root":"…","proof":"…","key":"…"}               is the key absent?
//
// All bytes are hexadecimal. The spec is the message ics23.ProofSpec, or an object, its JSON form. Writes a line for each: 1 accepted, 0 refused.

const { ics23, verifyMembership, verifyNonMembership } = require("@confio/ics23");
const lines = require("readline").createInterface({ input: process.stdin, crlfDelay: Infinity });

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

function accepts(question) {
  try {
    const spec = typeof question.spec === "string" ? ics23.ProofSpec.decode(bytes(question.spec)) : ics23.ProofSpec.fromObject(question.spec);
    const proof = ics23.CommitmentProof.decode(bytes(question.proof));
    const root = bytes(question.root);
    const key = bytes(question.key);
    return question.value === undefined ? verifyNonMembership(proof, spec, root, key) : verifyMembership(proof, spec, root, key, bytes(question.value));
  } catch (refusal) {
    return false;
  }
}

const answers = [];
lines.on("line", (line) => {
  answers.push(accepts(JSON.parse(line)) ? "1" : "0");
});
lines.on("close", () => process.stdout.write(answers.join("\n") + "\n"));
