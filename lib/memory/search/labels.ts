/**
 * Labels stand among the words of an entry's tsvector, so that one index finds words within a
 * tenant, an agent, a namespace or a tag. No parser of PostgreSQL yields a word that begins with =.
 */
const label = {
  tenant: (id: string) => `=t ${id}`,
  agent: (id: string) => `=a ${id}`,
  namespace: (name: string) => `=n ${name}`,
  tag: (tag: string) => `=g ${tag}`,
};

/** The labels of an entry. */
export function labelsOf(
  tenantId: string,
  item: { agentId: string; namespace: string; tags: readonly string[] },
): string[] {
  return [
    label.tenant(tenantId),
    label.agent(item.agentId),
    label.namespace(item.namespace),
    ...item.tags.map(label.tag),
  ];
}

/** A label as PostgreSQL reads it in a tsquery (section 8.11.2). */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Whose namespaces a search may look into; null: any. */
export type Places = readonly { agentId: string; namespace: string | null }[] | null;

interface LabelFilter {
  places: Places;
  agentId: string | undefined;
  namespace: string | undefined;
  tags: readonly string[];
}

/** A tsquery, as text, that only entries of the tenant fit which the filter lets through. */
export function labelQuery(tenantId: string, filter: LabelFilter): string {
  const { places, agentId, namespace, tags } = filter;
  const parts = [
    label.tenant(tenantId),
    ...(agentId === undefined ? [] : [label.agent(agentId)]),
    ...(namespace === undefined ? [] : [label.namespace(namespace)]),
    ...tags.map(label.tag),
  ].map(quoted);
  if (places !== null) {
    const any = places.map((place) => {
      const agent = quoted(label.agent(place.agentId));
      if (place.namespace === null) return agent;
      return `(${agent} & ${quoted(label.namespace(place.namespace))})`;
    });
    parts.push(`(${any.join(" | ")})`);
  }
  return parts.join(" & ");
}
