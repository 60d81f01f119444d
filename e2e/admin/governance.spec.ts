import { choose, expect, mustCall, test } from "./fixtures.ts";

test("a tool is granted, limited, stopped and disabled, and a call of it is approved", async ({
  page,
  tenant,
}) => {
  const credential = { tenantId: tenant.id };
  const config = { implementation: "internal:echo" };
  await mustCall("POST", "/tools/register", { tool_id: "wipe", name: "wipe", config }, credential);
  await page.goto(`${tenant.path}/tools/wipe/access`);
  const holds = page.getByRole("list", { name: "What holds now" });
  await expect(holds).toContainText("Anyone of the tenant");

  await choose(page, "Grant to", "Role");
  await page.getByLabel("Id", { exact: true }).fill("operator");
  await page.getByRole("button", { name: "Add grant" }).click();
  await expect(holds).toContainText(
    "Only these may call it, and nobody else sees it: role operator",
  );
  await page.getByLabel("Calls a day").fill("5");
  await page.getByRole("button", { name: "Set limit" }).click();
  await expect(holds).toContainText("At most 5 calls a day (UTC), for all callers together");

  await choose(page, "Needs approval", "Every call");
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(holds).toContainText("until somebody else has approved it");
  const asked = await mustCall(
    "POST",
    "/tools/wipe/call",
    { arguments: { all: true } },
    credential,
  );
  expect(asked).toMatchObject({ structuredContent: { error: { code: "approval_required" } } });
  await page.goto(`${tenant.path}/approvals`);
  await page.getByRole("button", { name: "Review wipe" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText('"all": true');
  await dialog.getByLabel("Note").fill("Go ahead");
  await dialog.getByRole("button", { name: "Approve" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Go ahead")).toBeVisible();
  expect(
    await mustCall("POST", "/tools/wipe/call", { arguments: { all: true } }, credential),
  ).toMatchObject({ structuredContent: { all: true } });

  await page.goto(`${tenant.path}/tools/wipe/access`);
  await page.getByRole("button", { name: "Stop this tool" }).click();
  await dialog.getByLabel("Reason").fill("An incident");
  await dialog.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("The tool wipe is stopped", { exact: true })).toBeVisible();
  await page.goto(`${tenant.path}/tools`);
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "wipe" }).click();
  const tabs = page.getByRole("navigation", { name: "Tool sections" });
  await tabs.getByRole("link", { name: "Access" }).click();
  await page.getByRole("button", { name: "Let it run again" }).click();
  await expect(page.getByText("The tool wipe is stopped", { exact: true })).toBeHidden();
  await page.getByRole("switch", { name: "Enabled" }).click();
  await page.getByLabel("Why it is disabled").fill("Under repair");
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(page.getByText("This tool is disabled")).toBeVisible();
});
