// A page of a WACZ in <replay-web-page>, in a real browser: prints what its frame says.
// node replay.mjs PLAYWRIGHT CHROMIUM ADDRESS SCREENSHOT
import { createRequire } from "node:module";

const [playwright, chromium, address, screenshot] = process.argv.slice(2);
const { chromium: browserType } = createRequire(import.meta.url)(playwright);
const browser = await browserType.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  page.on("console", (line) => console.error(line.text()));
  await page.goto(address);
  const until = Date.now() + 60_000;
  let told = "";
  while (!told && Date.now() < until) {
    for (const frame of page.frames()) {
      if (/\/w\/.*\d{14}mp_\//.test(frame.url())) told = await frame.evaluate(() => document.body?.innerText ?? "").catch(() => "");
    }
    await page.waitForTimeout(200);
  }
  await page.screenshot({ path: screenshot });
  console.log(JSON.stringify({ frames: page.frames().map((frame) => frame.url()), told }));
} finally {
  await browser.close();
}
