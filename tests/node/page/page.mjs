// Looks at a report in headless Chromium, which the variable CHROMIUM names. Usage: node page.mjs REPORT.html PICTURES
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL, fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [report, pictures] = process.argv.slice(2);
const url = pathToFileURL(report).href;
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });

for (const [width, height, colorScheme] of [[1440, 900, "light"], [1440, 900, "dark"], [390, 844, "light"], [390, 844, "dark"]]) {
  const seen = `${width} px, ${colorScheme}`;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const failures = [];
  const requests = [];
  page.on("pageerror", (error) => failures.push(error.message));
  page.on("console", (message) => message.type() === "error" && failures.push(message.text()));
  page.on("request", (request) => request.url() !== url && !request.url().startsWith("blob:") && requests.push(request.url()));
  await page.goto(url);

  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${seen}: the page is ${wider} px wider than the window`);
  const unnamed = await page.evaluate(() =>
    [...document.querySelectorAll("svg.chart")].filter((svg) => {
      const parts = svg.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id));
      return !parts.every((part) => part && part.textContent.trim()) || !svg.closest("figure").querySelector("table");
    }).length);
  assert.equal(unnamed, 0, `${seen}: drawings without title, description or table`);
  assert.ok(!/NaN|undefined|Infinity/.test(await page.locator("body > *:not(script)").allInnerTexts().then(String)), seen);

  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map((one) => one.id));
  assert.equal(new Set(ids).size, ids.length, "an id is one element's alone");
  await page.screenshot({ path: `${pictures}/report-${width}-${colorScheme}.png`, fullPage: true });

  // Values by arrow keys.
  const chart = page.locator("#fig-outcomes-over-time svg.chart");
  if (await chart.count()) {
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#tip").innerText(), /Delivered: /);
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#tip").isHidden());
  }
  // A table sorted by its head, both ways.
  const head = page.locator("#fig-countries th button[data-sort=messages]");
  if (await head.count()) {
    await page.locator("#fig-countries summary").click();
    const order = () => page.locator("#fig-countries tbody tr").evaluateAll((rows) => rows.map((row) => Number(row.cells[1].textContent.replaceAll(",", ""))));
    await head.click();
    const down = await order();
    assert.deepEqual(down, down.toSorted((a, b) => b - a));
    await head.click();
    assert.deepEqual(await order(), down.toReversed().toSorted((a, b) => a - b));
    // The table as CSV, with a line a row and all digits.
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#fig-countries button[data-csv]").click()]);
    const csv = readFileSync(await download.path(), "utf8");
    assert.equal(csv.trimEnd().split("\r\n").length, down.length + 1);
    assert.match(csv, /^country,messages,delivery_rate,delivery_rate_low,/);
  }
  assert.deepEqual(failures, [], seen);
  assert.deepEqual(requests, [], `${seen}: the page asks for what is not in it`);

  if ((width === 1440) === (colorScheme === "light")) { // each width and each scheme once: it takes a while
    await page.reload();
    await page.evaluate(() => {
      for (const one of document.querySelectorAll("details")) one.open = true;
      for (const row of document.querySelectorAll("tbody tr:nth-child(n + 5)")) row.remove(); // like those before them
    });
    await page.evaluate(axe); // not by a tag, which the page's policy forbids
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    const nodes = (all) => all.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ");
    assert.deepEqual(grave.map((one) => `${one.id}: ${nodes(one.nodes)}`), [], seen);
  }
  await page.close();
}
await browser.close();
console.log("looked at");
