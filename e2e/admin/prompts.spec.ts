import type { Page } from "@playwright/test";
import { callApi, choose, expect, mustCall, test } from "./fixtures.ts";

/** A red dot. */
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==";

const document = (text: string) => ({
  title: "Greeting",
  arguments: [{ name: "who", required: true }],
  messages: [{ role: "user", content: { type: "text", text } }],
});

/** Puts a text in the place of a message's; what is typed while the page wakes up can be mixed. */
async function rewrite(page: Page, text: string): Promise<void> {
  await expect(async () => {
    await page.getByLabel("Text").fill(text);
    await expect(page.getByRole("list", { name: "Messages" })).toContainText(text);
    await expect(page.getByLabel("Text")).toHaveValue(text, { timeout: 500 });
  }).toPass();
}

test("a prompt is written with arguments, text and an image, and previewed as it is typed", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.path}/prompts`);
  await expect(page.getByText("No prompts yet")).toBeVisible();
  await page.getByRole("link", { name: "New prompt" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("review");
  await page.getByLabel("Title", { exact: true }).fill("Review a page");
  await page.getByRole("button", { name: "Add argument" }).click();
  const argument = page.getByRole("group", { name: "Argument 1" });
  await argument.getByLabel("Argument name").fill("topic");
  await argument.getByLabel("Values to offer").fill("style\ngrammar");
  await argument.getByRole("switch", { name: "Required" }).click();

  const first = page.getByRole("group", { name: "Message 1" });
  await first.getByLabel("Text").fill("Look at the {{ topic }} of {{page}}.");
  const messages = page.getByRole("list", { name: "Messages" });
  await page.getByPlaceholder("{{topic}}").fill("grammar");
  await expect(messages).toContainText("Look at the grammar of {{page}}.");
  await page.getByRole("button", { name: "Create prompt" }).click();
  await expect(first.getByText("{{page}} names no argument")).toBeVisible();
  await first.getByLabel("Text").fill("Look at the {{ topic }}.");

  await page.getByRole("button", { name: "Add message" }).click();
  const second = page.getByRole("group", { name: "Message 2" });
  await choose(second, "Content", "Image");
  await second.getByLabel("Image file").setInputFiles({
    name: "dot.png",
    mimeType: "image/png",
    buffer: Buffer.from(png, "base64"),
  });
  await expect(messages.getByRole("img")).toBeVisible();
  await page.getByRole("button", { name: "Create prompt" }).click();
  await expect(page.getByRole("heading", { name: "Review a page" })).toBeVisible();
  await expect(page.getByText("Offers style, grammar")).toBeVisible();

  const { body } = await callApi("GET", "/prompts/review", undefined, { tenantId: tenant.id });
  expect(body).toMatchObject({
    arguments: [{ name: "topic", required: true, completions: ["style", "grammar"] }],
    messages: [
      { role: "user", content: { type: "text", text: "Look at the {{ topic }}." } },
      { role: "user", content: { type: "image", mimeType: "image/png", data: png } },
    ],
  });
});

test("a save is a new version, told apart from the one before, which can be made current again", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  await mustCall("PUT", "/prompts/greet", document("Hello {{who}}"), credential);
  await page.goto(`${tenant.path}/prompts/greet/edit`);
  await rewrite(page, "Good day, {{who}}");
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await expect(page.getByText("Version 2", { exact: true })).toBeVisible();

  await page.getByRole("link", { name: "Versions" }).click();
  const changes = page.getByRole("region", { name: "Changes" });
  await expect(changes.getByText("Removed: Hello {{who}}")).toBeVisible();
  await expect(changes.getByText("Added: Good day, {{who}}")).toBeVisible();
  await choose(page, "Compare to", "Version 1");
  await expect(page.getByText("These two say the same.")).toBeVisible();

  await page.getByRole("link", { name: "Version 1" }).click();
  await expect(page.getByText("Version 2 is in use, not this one")).toBeVisible();
  await page.getByRole("button", { name: "Make version 1 current" }).click();
  await expect(page.getByText("Version 2 is in use, not this one")).toBeHidden();
  await expect(page.getByRole("list", { name: "Messages" })).toContainText("Hello {{who}}");
  const { body } = await callApi("GET", "/prompts/greet", undefined, credential);
  expect(body).toMatchObject({ version: 1, latest_version: 2 });
});

test("a save over someone else's change is refused, and what was typed stays", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  await mustCall("PUT", "/prompts/greet", document("Hello {{who}}"), credential);
  await page.goto(`${tenant.path}/prompts/greet/edit`);
  await rewrite(page, "Mine {{who}}");
  await mustCall("PUT", "/prompts/greet", document("Theirs {{who}}"), credential);
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await expect(page.getByText("Someone else has changed this prompt")).toBeVisible();
  await expect(page.getByLabel("Text")).toHaveValue("Mine {{who}}");
});

test("prompts are searched, a taken name is told at its box, and deleting asks first", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  for (const name of ["greet", "bye"]) {
    await mustCall("POST", "/prompts", { name, ...document("x"), title: null }, credential);
  }
  await page.goto(`${tenant.path}/prompts`);
  await page.getByLabel("Search prompts").fill("gre");
  await expect(page.getByRole("link", { name: "bye" })).toBeHidden();
  await page.getByRole("link", { name: "New prompt" }).click();
  await page.getByLabel("Name", { exact: true }).fill("greet");
  await page.getByLabel("Text").fill("x");
  await page.getByRole("button", { name: "Create prompt" }).click();
  await expect(page.getByText("is taken by another prompt")).toBeVisible();

  await page.goto(`${tenant.path}/prompts`);
  await page.getByRole("button", { name: "Actions for bye" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete prompt" }).click();
  const status = async () => (await callApi("GET", "/prompts/bye", undefined, credential)).status;
  await expect.poll(status).toBe(404);
  await expect(page.getByRole("link", { name: "bye" })).toBeHidden();
  await page.goto(`${tenant.path}/prompts/bye`);
  await expect(page.getByText("The tenant has nothing of this id")).toBeVisible();
});
