// Takes the README's pictures of a report. Usage: node picture.mjs REPORT.html FOLDER, with the variable CHROMIUM
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [report, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
for (const colorScheme of ["light", "dark"]) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1110 }, colorScheme });
  await page.goto(pathToFileURL(report).href);
  // The row of all messages repeats what stands above it; a picture has no room for that.
  await page.evaluate(() => document.querySelector("#fig-rates").remove());
  await page.screenshot({ path: `${folder}/report-${colorScheme}.png` });
}
await browser.close();
