import { authorize } from "#lib/core/authorize.ts";
import { type Completion, toCompletion } from "#lib/core/completion.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { accessTo, isVisible } from "./access/access.ts";
import { listResourceCatalog, type ResourceCatalog, resourceCatalogOf } from "./catalog.ts";
import { matchTemplate, type UriTemplate } from "./template.ts";
import { namesAt } from "./use/driver-read.ts";
import { findDriverTemplate } from "./use/driver-uri.ts";

/** Values that the resource itself names, in `metadata.completions`. */
function namedValues(metadata: unknown, argument: string): string[] {
  const completions = isJsonObject(metadata) ? metadata.completions : undefined;
  const values = isJsonObject(completions) ? completions[argument] : undefined;
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}

/** Values with which the template is the URI of a resource that is listed to the caller. */
function knownValues(
  listed: ResourceCatalog["resources"],
  template: UriTemplate,
  argument: string,
  context: Readonly<Record<string, string>>,
): string[] {
  const others = Object.entries(context).filter(([name]) => name !== argument);
  return listed.flatMap(({ uri }) => {
    const values = matchTemplate(template, uri);
    const value = values?.get(argument);
    if (!values || value === undefined) return [];
    const fits = others.every(([name, chosen]) => (values.get(name) ?? chosen) === chosen);
    return fits ? [value] : [];
  });
}

/**
 * Up to 100 values of a template's variable that begin with `prefix`, in either case: those of its
 * resource's `metadata.completions`, then those of resources that fit it and the variables in
 * `context`; of what lies within a database or a file resource, its schemas, tables or files. Throws `not_found` for a template that is not there for the caller.
 */
export async function completeTemplateArgument(
  ctx: Ctx,
  uriTemplate: string,
  argument: string,
  prefix: string,
  context: Readonly<Record<string, string>> = {},
): Promise<Completion> {
  authorize(ctx, "resources:read");
  const [catalog, { resources }] = await Promise.all([
    resourceCatalogOf(ctx.tenantId),
    listResourceCatalog(ctx),
  ]);
  const begins = prefix.toLowerCase();
  const fits = (value: string) => value.toLowerCase().startsWith(begins);
  const entry = catalog.byTemplate.find(({ resource }) => resource.uri === uriTemplate);
  const place = entry ? null : findDriverTemplate(catalog, uriTemplate);
  if (place && (await accessTo(ctx, place.entry.resource)).permissions.has("read")) {
    return toCompletion((await namesAt(ctx, place, argument, prefix, context)).filter(fits));
  }
  if (!entry || !isVisible(await accessTo(ctx, entry.resource))) {
    throw notFound("resource template", uriTemplate);
  }
  const all = [
    ...namedValues(entry.resource.metadata, argument),
    ...knownValues(resources, entry.template, argument, context),
  ].filter(fits);
  return toCompletion([...new Set(all)]);
}
