import { describe } from "vitest";
import { expect, expectAccessible, test } from "../src/browser.ts";

describe("the page", () => {
  test("loads without an error in the console", async ({ open }) => {
    const { page } = await open();
    expect(await page.title()).toContain("Breakwater");
    await page.getByRole("main").waitFor();
  });

  test("can be used without seeing it", async ({ open }) => {
    const visit = await open();
    await visit.page.getByRole("main").waitFor();
    await expectAccessible(visit);
  });
});
