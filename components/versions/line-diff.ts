export type DiffLine = { kind: "same" | "added" | "removed"; text: string };

/** Cells of the table that is worth its time; past them two texts are told one after the other. */
const largestTable = 4_000_000;

const lines = (kind: DiffLine["kind"], texts: readonly string[]): DiffLine[] =>
  texts.map((text) => ({ kind, text }));

/** How to get from the lines of one text to another's, keeping as many of them as can be. */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const old = before.slice(head, before.length - tail);
  const now = after.slice(head, after.length - tail);
  return [
    ...lines("same", before.slice(0, head)),
    ...middle(old, now),
    ...lines("same", before.slice(before.length - tail)),
  ];
}

function middle(old: readonly string[], now: readonly string[]): DiffLine[] {
  if (old.length * now.length > largestTable) {
    return [...lines("removed", old), ...lines("added", now)];
  }
  const kept = commonLengths(old, now);
  const width = now.length + 1;
  const found: DiffLine[] = [];
  let at = 0;
  let to = 0;
  while (at < old.length && to < now.length) {
    const text = old[at] ?? "";
    if (text === now[to]) {
      found.push({ kind: "same", text });
      at++;
      to++;
    } else if ((kept[(at + 1) * width + to] ?? 0) >= (kept[at * width + to + 1] ?? 0)) {
      found.push({ kind: "removed", text });
      at++;
    } else {
      found.push({ kind: "added", text: now[to] ?? "" });
      to++;
    }
  }
  return [...found, ...lines("removed", old.slice(at)), ...lines("added", now.slice(to))];
}

/** Longest common subsequence: at `i * width + j`, its length for what follows i and j. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint32Array {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === now[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  return lengths;
}
