// Takes docs/images/start-page.png from a running server with a real Chromium: the first argument is its address.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { chromiumLaunchOptions } from './chromium.mjs'
import { root } from './run.mjs'

const url = process.argv[2] ?? 'http://127.0.0.1:4000'
const folder = join(root, 'docs', 'images')
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch(await chromiumLaunchOptions())
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 760 } })
  await page.goto(url, { waitUntil: 'networkidle' })
  await page.screenshot({ path: join(folder, 'start-page.png') })
} finally {
  await browser.close()
}
