import { choose, expect, mustCall, test } from "./fixtures.ts";

test("a tool is drafted, tried, kept to its examples, published, compared, rolled back and archived", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  const read = () => mustCall("GET", "/tools/greet", undefined, credential);
  await page.goto(`${tenant.path}/tools/register`);
  await page.getByLabel("Tool id").fill("greet");
  await page.getByLabel("Name", { exact: true }).fill("greet");
  await page.getByRole("radio", { name: "Internal" }).check({ force: true });
  await page.getByLabel("Handler").fill("echo");
  await page
    .getByLabel("Parameters", { exact: true })
    .fill('{"who": {"type": "string", "required": true}, "loud": {"type": "boolean"}}');
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expect(page.getByText("This tool is a draft")).toBeVisible();
  expect(await read()).toMatchObject({ status: "draft", revision: null });

  const tab = (name: string) =>
    page.getByRole("navigation", { name: "Tool sections" }).getByRole("link", { name });
  await tab("Test").click();
  await page.getByLabel("who").fill("Ada");
  await choose(page, "loud", "true");
  await page.getByRole("button", { name: "Run revision 1" }).click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result).toContainText('"who": "Ada"');
  await expect(result).toContainText('"loud": true');
  await page.getByRole("button", { name: "Save as example" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Greets Ada");
  await dialog.getByRole("button", { name: "Save example" }).click();
  const examples = page.getByRole("list", { name: "Examples" });
  await expect(examples).toContainText("Greets Ada");
  await page.getByRole("button", { name: "Run all against revision 1" }).click();
  await expect(page.getByText("1 of 1 pass")).toBeVisible();

  await page.getByRole("button", { name: "Publish draft" }).click();
  await dialog.getByRole("switch", { name: "Only if its examples pass" }).click();
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await expect(dialog).toBeHidden();
  expect(await read()).toMatchObject({ status: "published", revision: 1 });

  await tab("Edit").click();
  await page.getByLabel("Description").fill("Says hello");
  await page.getByLabel("Handler").fill("time");
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expect(page.getByText("A draft waits to be published")).toBeVisible();
  await page.getByRole("button", { name: "Publish draft" }).click();
  await dialog.getByRole("switch", { name: "Only if its examples pass" }).click();
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await expect(dialog.getByText("1 of its 1 examples fail")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await read()).toMatchObject({ revision: 1, has_draft: true });

  await tab("Revisions").click();
  const changes = page.getByRole("region", { name: "Changes" });
  await expect(changes).toContainText("Description: Says hello");
  await expect(changes).toContainText("internal:time");
  await page.getByRole("button", { name: "Publish revision 2" }).click();
  await dialog.getByLabel("Note").fill("Anyway");
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await expect(dialog).toBeHidden();
  expect(await read()).toMatchObject({ revision: 2, has_draft: false });
  await page.getByRole("button", { name: "Roll back to revision 1" }).click();
  await dialog.getByRole("button", { name: "Roll back", exact: true }).click();
  await expect(dialog).toBeHidden();
  expect(await read()).toMatchObject({ revision: 1, latest_revision: 2, description: "" });

  await page.getByRole("button", { name: "Archive" }).click();
  await dialog.getByRole("button", { name: "Archive tool" }).click();
  await expect(page.getByRole("button", { name: "Unarchive" })).toBeVisible();
  await page.goto(`${tenant.path}/tools?status=archived`);
  await expect(page.getByRole("row", { name: /greet/ })).toContainText("Archived");
  await page.goto(`${tenant.path}/tools?status=published`);
  await expect(page.getByRole("link", { name: "greet" })).toBeHidden();
});

test("an edit that another one came before is refused, and nothing is lost", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  const tool = { name: "ping", config: { implementation: "internal:echo" } };
  await mustCall("POST", "/tools/register", { tool_id: "ping", ...tool }, credential);
  await page.goto(`${tenant.path}/tools/ping/edit`);
  await page.getByLabel("Description").fill("Mine");
  const theirs = { tool_id: "ping", ...tool, description: "Theirs" };
  await mustCall("POST", "/tools/register", theirs, credential);
  await page.getByRole("button", { name: "Save and publish" }).click();
  await expect(page.getByText("Someone else has saved this tool")).toBeVisible();
  await expect(page.getByLabel("Description")).toHaveValue("Mine");
  const after = await mustCall("GET", "/tools/ping", undefined, credential);
  expect(after).toMatchObject({ description: "Theirs", revision: 2 });
});
