import { expect, test } from "./fixtures.ts";

test("the reference is open to all, and has every operation of the document", async ({
  signedOut: page,
}) => {
  await page.goto("/docs");
  const answer = await page.request.get("/openapi.json");
  const document = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
  const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
  expect(operations.length).toBeGreaterThan(20);
  await expect(page.locator("main h3 > a[href^='#']")).toHaveCount(operations.length);
});

test("a search narrows the reference, and every link within it leads somewhere", async ({
  signedOut: page,
}) => {
  await page.goto("/docs");
  const dead = await page.evaluate(() =>
    [...document.querySelectorAll('a[href^="#"]')]
      .map((link) => link.getAttribute("href") ?? "")
      .filter((href) => !document.getElementById(href.slice(1))),
  );
  expect(dead).toEqual([]);
  await page.getByRole("textbox", { name: "Search operations" }).fill("register tool");
  await expect(page).toHaveURL(/q=register\+tool/);
  await expect(page.locator("main h3")).toHaveCount(1);
  await expect(page.locator("main h3")).toContainText("/tools/register");
});
