import fc from "fast-check";
import { expect, test } from "vitest";
import { type Base, decide, isWritten, type Side } from "./compare.ts";
import { conflictPolicies } from "./schema.ts";

const early = new Date(1_000);
const late = new Date(2_000);
const side = (fingerprint: string, updatedAt: Date | null = early): Side => ({
  fingerprint,
  updatedAt,
});
const base = (fingerprint: string, remote = fingerprint, accepted: string | null = null): Base => ({
  ...{ fingerprint, remote, accepted },
});

test("what only the peer changed is taken, what only we changed stays, under each policy", () => {
  for (const policy of conflictPolicies) {
    const both = (ours: Side | null, theirs: Side) =>
      decide(policy, { base: base("a"), ours, theirs });
    expect(both(side("a"), side("b"))).toBe("updated");
    expect(both(side("b", late), side("a"))).toBe("unchanged");
    expect(both(side("b"), side("b"))).toBe("unchanged");
    expect(decide(policy, { base: null, ours: null, theirs: side("a") })).toBe("new");
  }
});

test("what both changed is decided by the policy", () => {
  const conflict = { base: base("a"), ours: side("ours", early), theirs: side("theirs", late) };
  expect(decide("keep_ours", conflict)).toBe("kept");
  expect(decide("theirs", conflict)).toBe("replaced");
  expect(decide("newest", conflict)).toBe("replaced");
  expect(decide("newest", { ...conflict, ours: side("ours", late) })).toBe("kept");
  expect(decide("newest", { ...conflict, theirs: side("theirs", null) })).toBe("kept");
});

test("an entry that both have of their own is a conflict", () => {
  const own = { base: null, ours: side("ours"), theirs: side("theirs") };
  expect(decide("keep_ours", own)).toBe("kept");
  expect(decide("theirs", own)).toBe("replaced");
});

test("what was deleted here comes back only when the peer changes it, and the policy lets it", () => {
  const gone = { base: base("a"), ours: null };
  for (const policy of conflictPolicies) {
    expect(decide(policy, { ...gone, theirs: side("a") })).toBe("unchanged");
  }
  expect(decide("keep_ours", { ...gone, theirs: side("b") })).toBe("kept");
  expect(decide("theirs", { ...gone, theirs: side("b") })).toBe("replaced");
});

test("a definition that was not approved and taken back is not a change of ours", () => {
  const discarded = { base: base("b", "b", "a"), ours: side("a"), theirs: side("c") };
  expect(decide("keep_ours", discarded)).toBe("updated");
});

const name = fc.constantFrom("a", "b", "c");
const when = fc.constantFrom(early, late, null);
const anySide = fc.record({ fingerprint: name, updatedAt: when });

test("a repeated pull writes nothing, whatever was there", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...conflictPolicies),
      fc.option(fc.record({ fingerprint: name, remote: name, accepted: fc.constant(null) })),
      fc.option(anySide),
      anySide,
      (policy, before, ours, theirs) => {
        const outcome = decide(policy, { base: before, ours, theirs });
        const written = isWritten(outcome);
        const after: Base = {
          fingerprint: written ? theirs.fingerprint : (before?.fingerprint ?? ""),
          remote: theirs.fingerprint,
          accepted: null,
        };
        const again = decide(policy, { base: after, ours: written ? theirs : ours, theirs });
        expect(again).toBe("unchanged");
      },
    ),
  );
});
