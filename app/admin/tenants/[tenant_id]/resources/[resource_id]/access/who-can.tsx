import { Check, X } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { ResourceAccess } from "#lib/resources/access/schema.ts";
import type { SubjectOptions } from "./load-subjects.ts";
import { subjectLabel, subjectWords } from "./subjects.ts";

type Answers = ResourceAccess["you"];

function AnswerList({ answers }: { answers: Answers }) {
  return (
    <ul className="flex flex-col gap-1.5">
      {answers.map(({ permission, allowed, reason }) => (
        <li key={permission} className="flex items-start gap-2 text-[0.8125rem]">
          {allowed ? (
            <Check aria-label="Allowed" className="mt-0.5 size-4 shrink-0 text-success" />
          ) : (
            <X aria-label="Refused" className="mt-0.5 size-4 shrink-0 text-destructive-text" />
          )}
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <span className="font-medium font-mono">{permission}</span>{" "}
            <span className="text-muted-foreground">{reason}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

type WhoCanProps = { access: ResourceAccess; subjects: SubjectOptions };

/** Who can do what, and through which grant or in spite of which. */
export function WhoCan({ access, subjects }: WhoCanProps) {
  const offered = access.you.filter(({ permission }) => access.ceiling.includes(permission));
  return (
    <Card>
      <CardHeader>
        <CardTitle>Who can do what</CardTitle>
        <CardDescription>
          With what they have by their other names too: a member's role, a key's agent.
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col divide-y [&>section]:py-3 [&>section:first-child]:pt-0 [&>section:last-child]:pb-0">
        {access.subjects.map(({ subject, permissions }) => {
          const label = subjectLabel(subjects, subject);
          return (
            <section
              key={`${subject.type}:${subject.id}`}
              aria-label={label}
              className="flex flex-col gap-2"
            >
              <h3 className="flex min-w-0 items-center gap-2 font-medium text-sm">
                <Badge>{subjectWords[subject.type]}</Badge>
                <span className="min-w-0 truncate">{label}</span>
              </h3>
              <AnswerList answers={permissions} />
            </section>
          );
        })}
        <section aria-label="You" className="flex flex-col gap-2">
          <h3 className="flex items-center gap-2 font-medium text-sm">
            <Badge tone="accent">You</Badge> as operator
          </h3>
          <AnswerList answers={offered} />
        </section>
      </CardContent>
    </Card>
  );
}
