import { type OAuthScope, type ScopeGroup, scopeWords } from "#lib/oauth/scopes.ts";

const groups: readonly { group: ScopeGroup; title: string }[] = [
  { group: "read", title: "It may look" },
  { group: "change", title: "It may change" },
  { group: "call", title: "It may act" },
];

type ScopeListProps = {
  /** Those that the person has in the tenant. */
  scopes: OAuthScope[];
  /** All that the application asks for. */
  all: OAuthScope[];
};

/** What the application asks for, in words; each may be unticked. */
export function ScopeList({ scopes, all }: ScopeListProps) {
  const lacking = all.filter((scope) => !scopes.includes(scope));
  return (
    <div className="flex flex-col gap-4">
      {groups.map(({ group, title }) => {
        const own = scopes.filter((scope) => scopeWords[scope].group === group);
        if (own.length === 0) return null;
        return (
          <fieldset key={group} className="flex flex-col gap-2">
            <legend className="mb-2 font-medium text-[0.8125rem]">{title}</legend>
            {own.map((scope) => (
              <label key={scope} className="flex items-start gap-2.5 text-sm touch:py-1">
                <input
                  type="checkbox"
                  name="scope"
                  value={scope}
                  defaultChecked
                  className="mt-0.5 size-4 shrink-0 accent-primary touch:size-5"
                />
                <span>
                  {scopeWords[scope].words}{" "}
                  <code className="whitespace-nowrap text-muted-foreground text-xs">{scope}</code>
                </span>
              </label>
            ))}
          </fieldset>
        );
      })}
      {lacking.length > 0 && (
        <p className="text-muted-foreground text-xs">
          {scopes.length === 0
            ? "Your role in this tenant allows nothing of what it asks for."
            : `It also asks for what your role in this tenant does not allow: ${lacking.join(", ")}.`}
        </p>
      )}
    </div>
  );
}
