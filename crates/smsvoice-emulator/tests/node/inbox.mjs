// Drives the inbox in headless Chromium, which the variable CHROMIUM names. Usage: node inbox.mjs URL PICTURES PYTHON SENDER ORIGINATION
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chromium } from "playwright-core";

const [url, pictures, python, sender, origination] = process.argv.slice(2);
const send = (count) => execFileSync(python, [sender, url, origination, "set", String(count)]).toString().trim().split("\n");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
const failures = [];
page.on("pageerror", (error) => failures.push(error.message));
page.on("console", (message) => message.type() === "error" && failures.push(message.text()));

await page.goto(url);
await page.getByText("No message yet").waitFor();
await page.locator("#live.on").waitFor();
const [id] = send(1);
const row = page.locator("#rows > details").first();
await row.waitFor();
await row.locator("> summary").click();
await page.getByText(id).first().waitFor();
await row.locator("ol > li b").first().waitFor({ timeout: 60_000 });
const events = await row.locator("ol > li b").allTextContents();
assert.match(events.join(" "), /TEXT_/);
assert.ok(await row.evaluate((one) => one.open), "a row that changes stays open");

// By keyboard: n to the form, a message with markup in it, which must stay text.
await page.locator("h1").click();
await page.keyboard.press("n");
await page.keyboard.type("+14255550111");
await page.locator("#send [name=body]").fill("<b id=evil>bold?</b>");
await page.locator("#send button").click();
await page.getByText("<b id=evil>bold?</b>").first().waitFor();
assert.equal(await page.locator("#evil").count(), 0);
await page.locator("#send [name=to]").fill("+1");
await page.locator("#send [name=body]").fill("x");
await page.locator("#send button").click();
await page.getByRole("alert").waitFor();

// Filters, and live rows that obey them.
await page.goto(url + "/?channel=voice");
await page.locator("#live.on").waitFor();
send(5);
await page.waitForTimeout(1000);
assert.equal(await page.locator("#rows > details").count(), 0);
await page.goto(url + "/?to=5550111");
assert.equal(await page.locator("#rows > details").count(), 1);

await page.goto(url);
await page.locator("h1").click();
await page.keyboard.press("j");
await page.keyboard.press("j");
await page.keyboard.press("Enter");
assert.equal(await page.locator("#rows > details[open]").count(), 1);
await page.screenshot({ path: pictures + "/desk.png" });
await page.emulateMedia({ colorScheme: "dark" });
await page.screenshot({ path: pictures + "/dark.png" });
await page.setViewportSize({ width: 375, height: 760 });
const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
assert.ok(wide <= 0, `at phone width the page is ${wide} pixels too wide`);
await page.screenshot({ path: pictures + "/phone.png" });
assert.deepEqual(failures, []);
await browser.close();
console.log("inbox: ok", events.join(" "));
