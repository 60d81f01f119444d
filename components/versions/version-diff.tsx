import { cn } from "#components/ui/cn.ts";
import type { DiffLine } from "./line-diff.ts";

const looks = {
  same: { sign: " ", word: "", style: "" },
  added: { sign: "+", word: "Added: ", style: "bg-success-subtle text-success" },
  removed: { sign: "−", word: "Removed: ", style: "bg-destructive-subtle text-destructive-text" },
};

/** Lines around a change that are shown with it. */
const around = 3;
const mostShown = 2000;

type Shown = (DiffLine & { at: number }) | { at: number; skipped: number };

/** What changed between two versions, line by line; long stretches that did not are left out. */
export function VersionDiff({ lines }: { lines: readonly DiffLine[] }) {
  const shown = nearChanges(lines);
  return (
    <section
      aria-label="Changes"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      className="max-h-[36rem] overflow-auto rounded-md border font-mono text-xs leading-5"
    >
      {shown.slice(0, mostShown).map((line) =>
        "skipped" in line ? (
          <p key={line.at} className="bg-muted px-3 text-muted-foreground">
            {line.skipped} unchanged {line.skipped === 1 ? "line" : "lines"}
          </p>
        ) : (
          <p
            key={line.at}
            className={cn("flex min-h-5 min-w-0 gap-2 px-3", looks[line.kind].style)}
          >
            <span aria-hidden className="w-3 shrink-0 select-none">
              {looks[line.kind].sign}
            </span>
            <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
              <span className="sr-only">{looks[line.kind].word}</span>
              {line.text}
            </span>
          </p>
        ),
      )}
      {shown.length > mostShown && (
        <p className="bg-muted px-3 text-muted-foreground">
          {shown.length - mostShown} more lines are not shown
        </p>
      )}
    </section>
  );
}

function nearChanges(lines: readonly DiffLine[]): Shown[] {
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    for (let next = at - around; next <= at + around; next++) near.add(next);
  }
  const shown: Shown[] = [];
  for (const [at, line] of lines.entries()) {
    const last = shown.at(-1);
    if (near.has(at)) shown.push({ ...line, at });
    else if (last && "skipped" in last) last.skipped++;
    else shown.push({ at, skipped: 1 });
  }
  return shown;
}
