import type { ReactNode } from "react";
import { MethodBadge } from "./method-badge.tsx";
import type { EntryGroup } from "./reference.ts";

type ContentsProps = { groups: EntryGroup[]; schemas: string[] };

/** The page's own addresses, at its side on wide screens; folded above it on others. */
export function Contents({ groups, schemas }: ContentsProps) {
  const links = (
    <>
      {groups.map(({ name, entries }) => (
        <Part key={name} href={`#group-${name}`} title={`/${name}`}>
          {entries.map(({ method, path, operation }) => (
            <Entry key={operation.operationId} href={`#${operation.operationId}`}>
              <MethodBadge method={method} />
              <span className="min-w-0 truncate font-mono text-xs" title={path}>
                {path}
              </span>
            </Entry>
          ))}
        </Part>
      ))}
      {schemas.length > 0 && (
        <Part href="#schemas" title="Schemas">
          {schemas.map((name) => (
            <Entry key={name} href={`#schema-${name}`}>
              <span className="font-mono text-xs">{name}</span>
            </Entry>
          ))}
        </Part>
      )}
    </>
  );
  return (
    <>
      <nav
        aria-label="Operations"
        className="sticky top-13 hidden max-h-[calc(100dvh-3.25rem)] self-start overflow-y-auto pt-1 pb-6 lg:block"
      >
        {links}
      </nav>
      <details className="mb-6 rounded-lg border bg-card lg:hidden">
        <summary className="flex h-11 cursor-pointer items-center px-4 font-medium text-sm">
          Contents
        </summary>
        <nav aria-label="Operations" className="px-2 pb-3">
          {links}
        </nav>
      </details>
    </>
  );
}

type PartProps = { href: string; title: string; children: ReactNode };

function Part({ href, title, children }: PartProps) {
  return (
    <div className="mb-3 flex flex-col">
      <a
        href={href}
        className="rounded-sm px-2 py-1 font-medium text-[0.8125rem] -outline-offset-2 hover:bg-accent touch:py-3"
      >
        {title}
      </a>
      {children}
    </div>
  );
}

function Entry({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a
      href={href}
      className="flex min-w-0 items-center gap-2 rounded-sm px-2 py-1 text-muted-foreground -outline-offset-2 hover:bg-accent hover:text-foreground touch:min-h-11"
    >
      {children}
    </a>
  );
}
