import type { z } from "zod";
import { parse } from "#lib/core/parse.ts";
import { promptTopic } from "#lib/prompts/catalog.ts";
import { promptNames, readPrompts, toPrompt } from "#lib/prompts/row.ts";
import { createPromptInput, type Prompt } from "#lib/prompts/schema.ts";
import { writePrompt } from "#lib/prompts/service.ts";
import type { Definition, KindAdapter, Present } from "./kind.ts";

type Input = z.output<typeof createPromptInput>;

const strictInput = createPromptInput.strict();

function toDefinition(input: Input | Prompt): Definition {
  const { name, title, description, icons, arguments: args, messages } = input;
  return { name, title, description, icons, arguments: args, messages };
}

const toInput = (definition: Definition) => definition as unknown as Input;

type Row = Awaited<ReturnType<typeof readPrompts>>[number];

function toPresent({ prompt, version }: Row): Present {
  const { createdAt, currentVersion, latestVersion, updatedAt } = prompt;
  return {
    id: prompt.name,
    definition: toDefinition(toPrompt(prompt, version)),
    stamp: JSON.stringify([createdAt, updatedAt, currentVersion, latestVersion]),
    ...{ omitted: null, remark: null, differs: null },
  };
}

const emptyMessage = { role: "user", content: { type: "text", text: "" } } as const;

export const prompts: KindAdapter = {
  ...{ read: "prompts:read", write: "prompts:write", idKey: "name" },
  defaults: toDefinition(createPromptInput.parse({ name: "x", messages: [emptyMessage] })),
  ids: promptNames,
  hiddenFrom: () => Promise.resolve(null),
  load: async (tx, ctx, ids, lock) => (await readPrompts(tx, ctx, ids, lock)).map(toPresent),
  hide: (definition) => definition,
  secrets: () => [],
  parse: (_, item) => toDefinition(parse(strictInput, item)),
  check: () => Promise.resolve(),
  conflicts: () => Promise.resolve(new Map()),
  takes: (writes) => ({ max_prompts: writes.filter(({ isNew }) => isNew).length }),
  async save(tx, ctx, writes) {
    for (const { definition, isNew } of writes) {
      const { name, ...document } = toInput(definition);
      await writePrompt(tx, ctx, name, document, isNew ? 0 : null);
    }
    return { notices: [{ topic: promptTopic, key: ctx.tenantId }] };
  },
};
