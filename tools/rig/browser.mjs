// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// browser.mjs MODULES URL [LANGUAGE [USER:PASSWORD]] -- a person before the screen: Chromium without a window, 800x480 with touch, told
// by lines of JSON on standard input what to do; one line of JSON answers each. MODULES is the directory of
// playwright-core and axe-core.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

const [modules, url, language = 'en', credentials = ''] = process.argv.slice(2);
const require = createRequire(`${modules}/x.js`);
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({
  executablePath: '/usr/lib/chromium/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-extensions',
    '--disable-background-networking', '--no-first-run'
  ],
});
const [username, password] = credentials.split(':');
const signedIn = credentials ? {ignoreHTTPSErrors: true, httpCredentials: {username, password}} : {};
const page = await browser.newPage({viewport: {width: 800, height: 480}, hasTouch: true, locale: language, ...signedIn});
const faults = [];
page.on('pageerror', (error) => faults.push(String(error)));
page.on('console', (message) => {
  // While a process of the phone is away its answers are errors; all else is a fault of the page.
  if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
});
await page.goto(url);
const devtools = await page.context().newCDPSession(page);

const text = () => page.evaluate(() => document.querySelector('#app').innerText.replace(/\s+/g, ' '));
async function until(holds, within) {
  const deadline = Date.now() + within;
  for (;;) {
    const seen = await text();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`the screen says: ${seen}`);
    await new Promise((again) => setTimeout(again, 10));
  }
}

const orders = {
  shows: ({words, within}) => until((seen) => seen.includes(words), within),
  lacks: ({words, within}) => until((seen) => !seen.includes(words), within),
  text,
  // A key or a link by the name that a screen reader would say.
  press: ({name}) =>
      page.getByRole('button', {name, exact: true}).or(page.getByRole('link', {name, exact: true})).first().tap({
        timeout: 5000
      }),
  go: ({screen}) => page.evaluate((to) => void (location.hash = to), screen),
  type: ({label, words}) => page.getByLabel(label, {exact: true}).fill(words, {timeout: 5000}),
  key: ({key}) => page.keyboard.press(key),
  count: ({selector}) => page.locator(selector).count(),
  evaluate: ({script}) => page.evaluate(script),
  picture: ({file}) => page.screenshot({path: file}).then(() => true),
  // Looks every 5 ms whether `script` holds, from now on; `watched` tells when it last did not, and what was seen then.
  watch: ({script}) => page.evaluate(
      (condition) => {
        const holds = new Function(`return ${condition}`);
        window.watched = { wrong: 0, times: 0, seen: "" };
        clearInterval(window.watching);
        window.watching = setInterval(() => {
          window.watched.times += 1;
          if (holds()) return;
          window.watched.wrong = Date.now();
          window.watched.seen = document.querySelector("#app").innerText.replace(/\s+/g, " ");
        }, 5);
        return Date.now();
      },
      script),
  watched: () => page.evaluate(() => ({...window.watched, now: Date.now()})),
  axe: async () => {
    await page.evaluate(axe);
    const {violations} = await page.evaluate(() => window.axe.run(document));
    return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html}`));
  },
  size: async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const {usedSize} = await devtools.send('Runtime.getHeapUsage');
    const {nodes, jsEventListeners} = await devtools.send('Memory.getDOMCounters');
    return {heap: usedSize, nodes, listeners: jsEventListeners};
  },
  faults: () => faults.splice(0),
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ok: true});
for await (const line of createInterface({input: process.stdin})) {
  const {order, ...about} = JSON.parse(line);
  try {
    say({ok: true, value: (await orders[order](about)) ?? null});
  } catch (error) {
    say({ok: false, why: String(error.message ?? error)});
  }
}
await browser.close();
