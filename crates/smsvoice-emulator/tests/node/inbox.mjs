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

// A form that is refused stays as it was.
failures.length = 0;
await page.locator("#send [name=to]").fill("+1");
await page.locator("#send [name=body]").fill("to be kept");
await page.locator("#send button").click();
await page.getByRole("alert").waitFor();
assert.equal(await page.locator("#send [name=body]").inputValue(), "to be kept");
assert.equal(await page.locator("#send [name=to]").inputValue(), "+1");
assert.ok(failures.every((failure) => failure.includes("422")), failures.join());
failures.length = 0;

// A picture: chosen, sent, and shown.
const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
await page.goto(url);
await page.locator("#send [name=channel]").selectOption("media");
await page.locator("#send [name=to]").fill("+14255550122");
await page.locator("#send input[type=file]").setInputFiles({ name: "pixel.png", mimeType: "image/png", buffer: pixel });
await page.waitForFunction(() => document.querySelector("#send [name=picture]").value !== "");
await page.locator("#send button").click();
const media = page.locator("#rows > details.media").first();
await media.or(page.getByRole("alert")).first().waitFor();
assert.equal(await page.getByRole("alert").count(), 0, (await page.getByRole("alert").allTextContents()).join());
await media.locator("> summary").click();
assert.equal(await media.locator("img").evaluate((one) => one.complete && one.naturalWidth), 1);

// Conversation: the recipient replies STOP, and gets the automatic answer.
await page.goto(url + "/?to=5550111");
await page.locator("#rows > details > summary").first().click();
await page.getByRole("link", { name: "Conversation with +14255550111" }).click();
await page.locator("form.inbound textarea").fill("stop");
await page.locator("form.inbound button").click();
await page.getByText("automatic reply").waitFor();
assert.equal(await page.locator("#talk article").count(), 3);
await page.locator("form.outbound textarea").fill("Are you there?");
await page.locator("form.outbound button").click();
await page.getByRole("alert").waitFor();
assert.match(await page.getByRole("alert").textContent(), /opt-out list/);
assert.equal(await page.locator("form.outbound textarea").inputValue(), "Are you there?");
await page.screenshot({ path: pictures + "/conversation.png" });
failures.length = 0;

// Pages of resources.
for (const [name, word] of [["numbers", "LONG_CODE"], ["pools", "None."], ["opt-outs", "+14255550111"], ["sets", "set"]]) {
  await page.goto(url + "/inbox/" + name);
  await page.getByText(word).first().waitFor();
  await page.screenshot({ path: `${pictures}/${name}.png` });
}

// The clock: an hour on.
await page.goto(url);
const shown = async () => Number(await page.locator("#clock time").getAttribute("data-now"));
const before = await shown();
await page.getByRole("button", { name: "+1 h" }).click();
await page.waitForFunction((before) => Number(document.querySelector("#clock time").dataset.now) >= before + 3600_000, before);
await page.getByRole("button", { name: "to the end" }).click();
await page.getByText("Inbox").first().waitFor();
// Nobody can reach the topic of the set: the head says so, and tries again.
await page.locator("#failed b").waitFor();
assert.ok(Number(await page.locator("#failed b").textContent()) > 0);
await page.locator("#rows .undelivered.bad").first().waitFor();
await page.getByRole("button", { name: "Deliver again" }).click();
await page.waitForURL(/status=undelivered/);

// Filters, and live rows that obey them.
await page.goto(url + "/?channel=voice");
await page.locator("#live.on").waitFor();
send(5);
await page.waitForTimeout(1000);
assert.equal(await page.locator("#rows > details").count(), 0);
await page.goto(url + "/?to=5550111");
assert.equal(await page.locator("#rows > details").count(), 3); // the message, the reply, and the answer to it

await page.goto(url + "/?direction=outbound");
await page.locator("h1").click();
await page.keyboard.press("j");
await page.keyboard.press("j");
await page.keyboard.press("Enter");
assert.equal(await page.locator("#rows > details[open]").count(), 1);
await page.locator("#rows > details[open] ol .raw summary").first().click();
const lines = (await page.locator("#rows > details[open] ol pre").first().textContent()).split("\n");
assert.ok(lines.length > 10 && lines[1].startsWith('  "eventType": "TEXT_'), lines.join("|"));
assert.ok(await page.locator("#rows > details[open] ol button.copy").first().isVisible());
await page.screenshot({ path: pictures + "/desk.png" });
await page.emulateMedia({ colorScheme: "dark" });
await page.screenshot({ path: pictures + "/dark.png" });
await page.setViewportSize({ width: 375, height: 760 });
const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
assert.ok(wide <= 0, `at phone width the page is ${wide} pixels too wide`);
await page.screenshot({ path: pictures + "/phone.png" });
await page.getByRole("link", { name: "New message" }).click();
await page.locator("#send [name=to]").waitFor();
assert.ok(await page.locator("#send [name=to]").evaluate((one) => one.getBoundingClientRect().top < innerHeight), "one touch away");
await page.screenshot({ path: pictures + "/phone-form.png" });
for (const path of ["/inbox/numbers", "/inbox/sets"]) {
  await page.goto(url + path);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `at phone width ${path} is ${wide} pixels too wide`);
  await page.screenshot({ path: pictures + "/phone" + path.replaceAll("/", "-") + ".png" });
}
assert.deepEqual(failures, []);
await browser.close();
console.log("inbox: ok", events.join(" "));
