// Mails in a real browser, at a phone's and a desktop's width, in both schemes of colour: pictures of their beginning, and what was seen.
// node look.mjs PLAYWRIGHT CHROMIUM FOLDER NAME...   FOLDER/NAME.html -> FOLDER/NAME-{phone,desktop}-{light,dark}.png
import { createRequire } from "node:module";

const [playwright, chromium, folder, ...names] = process.argv.slice(2);
const { chromium: browserType } = createRequire(import.meta.url)(playwright);
const browser = await browserType.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
const seen = [];
try {
  for (const name of names) {
    for (const [device, width] of [["phone", 360], ["desktop", 800]]) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, javaScriptEnabled: true });
        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        await page.goto(`file://${folder}/${name}.html`);
        seen.push({
          name, device, colorScheme, asked,
          tooWide: await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
          ground: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
          words: await page.evaluate(() => document.body.innerText),
          // colour and ground of every stretch of text, as it is drawn
          colours: await page.evaluate(() => {
            const ground = (one) => {
              for (; one; one = one.parentElement) {
                const drawn = getComputedStyle(one).backgroundColor;
                if (drawn !== "rgba(0, 0, 0, 0)") return drawn;
              }
              return "rgb(255, 255, 255)";
            };
            const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = new Set();
            while (walk.nextNode()) {
              const parent = walk.currentNode.parentElement;
              if (walk.currentNode.data.trim() && parent.getClientRects().length) {
                found.add(`${getComputedStyle(parent).color}|${ground(parent)}`);
              }
            }
            return [...found];
          }),
        });
        const height = Math.min(1800, await page.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height)));
        const clip = { x: 0, y: 0, width, height };
        await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png`, fullPage: true, clip });
        await page.close();
      }
    }
  }
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
