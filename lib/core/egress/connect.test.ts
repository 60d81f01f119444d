import { expect, test } from "vitest";
import { parseEgressAllow } from "../egress.ts";
import { findRefusal } from "./connect.ts";

const nobody = parseEgressAllow("");

test("one refused address among those of a name refuses the name, wherever it stands", () => {
  expect(findRefusal("a.example", 80, ["8.8.8.8", "2606:4700::1"], nobody)).toBeNull();
  for (const addresses of [
    ["8.8.8.8", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8"],
    ["2606:4700::1", "::1", "8.8.8.8"],
  ]) {
    expect(findRefusal("a.example", 80, addresses, nobody)?.code).toBe("egress_blocked");
  }
  const partly = parseEgressAllow("10.0.0.1");
  expect(findRefusal("a.example", 80, ["10.0.0.1"], partly)).toBeNull();
  expect(findRefusal("a.example", 80, ["10.0.0.1", "10.0.0.2"], partly)).not.toBeNull();
});

test("a refusal does not say what a name resolves to", () => {
  const refusal = findRefusal("db.corp.example", 5432, ["10.20.30.40"], nobody);
  expect(refusal?.message).toBe(
    "db.corp.example resolves to a private address; " +
      "the operator can allow it with TAUSESTACK_EGRESS_ALLOW=db.corp.example:5432",
  );
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["::ffff:7f00:1", "::ffff:7f00:1"],
  ["64:ff9b::a00:1", "64:ff9b::a00:1"],
  ["fe80::1%eth0", "fe80::1%eth0"],
  ["169.254.169.254", "169.254.169.254"],
  ["localhost", "127.0.0.1"],
  ["db.corp.example", "10.0.0.1"],
])("what a refusal of %s advises to set does allow it", (host, address) => {
  const refusal = findRefusal(host, 9000, [address], nobody);
  const advice = /TAUSESTACK_EGRESS_ALLOW=(\S+)$/.exec(refusal?.message ?? "")?.[1] ?? "";
  expect(findRefusal(host, 9000, [address], parseEgressAllow(advice))).toBeNull();
  expect(findRefusal(host, 9001, [address], parseEgressAllow(advice))).not.toBeNull();
});

test("no name leads to a metadata address, also one that is allowed", () => {
  const policy = parseEgressAllow("meta.example,169.254.0.0/16");
  const refusal = findRefusal("meta.example", 80, ["169.254.169.254"], policy);
  expect(refusal?.message).toBe(
    "meta.example resolves to a cloud metadata address, which is never called by name",
  );
});

test("what cannot be read as an address is refused", () => {
  expect(findRefusal("a.example", 80, ["garbage"], nobody)?.code).toBe("egress_blocked");
});
