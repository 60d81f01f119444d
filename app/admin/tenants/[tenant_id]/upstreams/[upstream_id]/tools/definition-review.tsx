import { Alert } from "#components/ui/alert.tsx";
import { lineDiff } from "#components/versions/line-diff.ts";
import { VersionDiff } from "#components/versions/version-diff.tsx";
import type { UpstreamTool } from "#lib/tools/import/upstream/schema.ts";
import { definitionLines } from "./definition-lines.ts";

/** What the server says of a tool, beside what was accepted, with what looks wrong in it. */
export function DefinitionReview({ tool }: { tool: UpstreamTool }) {
  const { accepted, offered, suspicions, state } = tool;
  const before = accepted ? definitionLines(accepted) : [];
  const after = offered ? definitionLines(offered) : before;
  const isChange = accepted !== null && offered !== null && state === "changed";
  return (
    <>
      {suspicions.length > 0 && (
        <Alert tone="danger" title="Look at this before you accept it">
          <ul className="flex list-disc flex-col gap-1 pl-4">
            {suspicions.map(({ pointer, message }) => (
              <li key={`${pointer} ${message}`}>
                <code className="font-mono text-xs">{pointer}</code> {message}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {state === "gone" && (
        <Alert tone="warning" title="The server does not offer this any more">
          Calls of it say so. Delete the tool, or wait until the server has it again.
        </Alert>
      )}
      {isChange ? (
        <VersionDiff lines={lineDiff(before, after)} />
      ) : (
        <pre className="max-h-[36rem] overflow-auto whitespace-pre-wrap rounded-md border bg-background px-3.5 py-3 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
          {after.join("\n")}
        </pre>
      )}
    </>
  );
}
