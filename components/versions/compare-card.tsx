import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { ComparePicker } from "./compare-picker.tsx";
import { lineDiff } from "./line-diff.ts";
import { VersionDiff } from "./version-diff.tsx";

/** One of two that are compared, as lines of text. */
type Side = { version: number; lines: readonly string[] };

type CompareCardProps = {
  /** What one of them is called: "Version". */
  word: string;
  description: string;
  from: Side;
  to: Side;
  /** Those to choose from. */
  versions: readonly number[];
};

/** What changed from one version to another. */
export function CompareCard({ word, description, from, to, versions }: CompareCardProps) {
  const changes = lineDiff(from.lines, to.lines);
  const isSame = changes.every(({ kind }) => kind === "same");
  return (
    <Card>
      <CardHeader>
        <CardTitle>Compare</CardTitle>
        <CardDescription>{description}</CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <ComparePicker word={word} from={from.version} to={to.version} versions={versions} />
        {isSame ? (
          <p className="text-muted-foreground text-sm">These two say the same.</p>
        ) : (
          <VersionDiff lines={changes} />
        )}
      </CardContent>
    </Card>
  );
}
