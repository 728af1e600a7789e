// Finds a Chromium for the browser tests: the one named by CHROME_PATH, an installed one, or the one that
// comes with the development dependencies.
import { existsSync } from 'node:fs'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const remedy =
  'Install Chromium (Debian: apt-get install chromium) or set CHROME_PATH to the executable of a Chromium.'

/**
 * The options with which playwright's `chromium.launch` starts the browser that was found.
 * @returns {Promise<{ executablePath: string, args: string[], headless: true }>}
 */
export async function chromiumLaunchOptions() {
  const named = process.env.CHROME_PATH
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`CHROME_PATH names ${named}, which does not exist. ${remedy}`)
    return options(named, [])
  }
  const found = installed.find((path) => existsSync(path))
  if (found !== undefined) return options(found, [])
  try {
    const { default: packaged } = await import('@sparticuz/chromium')
    return options(await packaged.executablePath(), packaged.args)
  } catch (cause) {
    throw new Error(`No Chromium was found. ${remedy}`, { cause })
  }
}

/**
 * @param {string} executablePath
 * @param {string[]} args
 * @returns {{ executablePath: string, args: string[], headless: true }}
 */
function options(executablePath, args) {
  // Chromium refuses its sandbox to root, as whom containers usually run the tests.
  const isRoot = process.getuid?.() === 0
  const all = isRoot && !args.includes('--no-sandbox') ? [...args, '--no-sandbox'] : args
  return { executablePath, args: all, headless: true }
}
