import { expect, test } from "vitest";
import { parse } from "#lib/core/parse.ts";
import { registerMemoryInput } from "#lib/memory/schema.ts";
import { createPromptInput } from "#lib/prompts/schema.ts";
import { registerResourceInput } from "#lib/resources/schema.ts";
import { configureTenantInput } from "#lib/tenants/schema.ts";
import { demoTenants } from "./tenants.ts";

const memories = demoTenants.flatMap((tenant) => tenant.memories);
const tools = demoTenants.flatMap((tenant) => tenant.tools);
const developed = demoTenants.flatMap((tenant) => tenant.developed);
const resources = demoTenants.flatMap((tenant) => tenant.resources);
const prompts = demoTenants.flatMap((tenant) => tenant.prompts);

test("the demo is 3 tenants, 5 memories, 6 tools, 8 resources of three types and 5 prompts", () => {
  expect([demoTenants, memories, tools, resources, prompts].map((list) => list.length)).toEqual([
    3, 5, 6, 8, 5,
  ]);
  const types = resources.map((resource) => resource.type);
  expect(new Set(types)).toEqual(new Set(["database", "file", "api"]));
  const permissions = resources.flatMap((resource) => resource.access_permissions);
  expect(new Set(permissions)).toEqual(
    new Set(["read", "write", "admin", "deploy", "delete", "audit"]),
  );
});

test("no two tenants share an id, so that a foreign one always names the other's row", () => {
  const ids = [
    memories.map((memory) => memory.agent_id),
    [...tools, ...developed].map((tool) => tool.name),
    resources.map((resource) => resource.resource_id),
    prompts.map((prompt) => prompt.name),
  ];
  for (const list of ids) expect(new Set(list).size).toBe(list.length);
});

test("every part is valid input of its verb", () => {
  for (const tenant of demoTenants) parse(configureTenantInput, tenant.config);
  for (const memory of memories) parse(registerMemoryInput, memory);
  for (const resource of resources) parse(registerResourceInput, resource);
  for (const prompt of prompts) parse(createPromptInput, prompt);
});

test("the tools use both dialects of parameters", () => {
  const dialects = tools.map((tool) => tool.parameters.type === "object");
  expect(new Set(dialects)).toEqual(new Set([true, false]));
});
