// The pages in a real browser: they work, ask nobody outside, and pass the accessibility rules.
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumLaunchOptions } from '../../../../scripts/chromium.mjs'
import { startWorld, type World } from '../testing/native-world.js'

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await world.stop()
})

/** Opens a page and keeps what it asked for, and what it complained about. */
async function open(path: string, colorScheme: 'light' | 'dark' = 'light') {
  // A browser for each page: a packaged one may run as a single process, which ends with its first context.
  const browser = await chromium.launch(await chromiumLaunchOptions())
  const context = await browser.newContext({ colorScheme })
  const page = await context.newPage()
  const outside: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== world.url && protocol !== 'data:') outside.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(world.url + path, { waitUntil: 'networkidle' })
  return { page, outside, complaints, close: () => browser.close() }
}

const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)

test.each(['light', 'dark'] as const)(
  'the front page says what runs here and where everything is (%s)',
  async (scheme) => {
    const { page, outside, complaints, close } = await open('/', scheme)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Stemma')
    for (const address of ['/docs', '/openapi.json', '/health/ready', '/metrics'])
      expect(await page.getByRole('link', { name: address, exact: true }).count()).toBe(1)
    expect((await page.screenshot()).byteLength).toBeGreaterThan(10_000)
    expect(await violations(page)).toEqual([])
    expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
    await close()
  },
)

test('the refusals page has every code where problems point', async () => {
  const { page, outside, complaints, close } = await open('/docs/refusals')
  expect(await page.locator('#insufficient_available_balance').count()).toBe(1)
  expect(await violations(page)).toEqual([])
  expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
  await close()
})

test('the API page shows the operations and asks nobody outside', async () => {
  const { page, outside, complaints, close } = await open('/docs')
  await page.locator('.opblock-tag-section').first().waitFor()
  expect(await page.locator('.opblock-tag-section').count()).toBeGreaterThan(20)
  expect((await page.screenshot()).byteLength).toBeGreaterThan(10_000)
  expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
  await close()
})
