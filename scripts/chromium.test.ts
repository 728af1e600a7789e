import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { chromiumLaunchOptions } from './chromium.mjs'

test('a Chromium is found, starts and renders a page', async () => {
  const browser = await chromium.launch(await chromiumLaunchOptions())
  try {
    const page = await browser.newPage()
    await page.setContent('<main><h1>Stemma</h1></main>')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Stemma')
  } finally {
    await browser.close()
  }
})
