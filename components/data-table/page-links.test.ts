import { expect, test } from "vitest";
import { pageLinks } from "./page-links.ts";

const links = (search: string, next: string | null) => pageLinks(new URLSearchParams(search), next);

test("going forward and back again passes the same pages and ends at the first", () => {
  const second = links("q=a", "c2");
  expect(second).toEqual({ previous: null, next: "?q=a&cursor=c2" });
  const third = links(second.next ?? "", "c3");
  expect(third).toEqual({ previous: "?q=a", next: "?q=a&cursor=c3&via=c2" });
  expect(links(third.next ?? "", null)).toEqual({ previous: "?q=a&cursor=c2", next: null });
});

test("the trail stays short however far one goes", () => {
  let search = "";
  for (let page = 2; page < 200; page += 1) search = links(search, `c${page}`).next ?? "";
  expect(new URLSearchParams(search).getAll("via")).toHaveLength(20);
  expect(links(search, null).previous).toContain("cursor=c198");
});

test("without other parameters the way back is the bare path", () => {
  expect(links("cursor=c2", null).previous).toBe("");
});
