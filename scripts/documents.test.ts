/** The commands of the pages that a newcomer follows are run, and their output is what the page shows. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cleanEnvironment, freshFolder, Running } from '../packages/cli/src/testing/server-process.js'
import { repository, runDocument, stepsOf } from './document-commands.js'

const START = 'npm start\n'
const SECONDS = 1_000

/** `npm start` as the pages say, on a port and in a folder of its own. */
async function npmStart(): Promise<{ running: Running; url: string; data: string }> {
  const data = freshFolder()
  const env = cleanEnvironment({
    STEMMA_PORT: String(await freePort()),
    STEMMA_DATA: data,
    STEMMA_LOG_LEVEL: 'warn',
  })
  const running = new Running(
    // A group of its own, so that a keypress can be sent to npm and to the server alike, as a terminal does.
    spawn('npm', ['start'], { cwd: repository, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true }),
  )
  const url = (await running.said(/Console {2}(http:\/\/\S+?)\/?\n/))[1] as string
  return { running, url, data }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(address),
      )
    })
  })
}

describe.each([
  'README.md',
  'docs/start.md',
  'docs/coding/README.md',
  'docs/coding/place-an-order.md',
  'docs/coding/socket.md',
])('%s', (file) => {
  test(
    'its commands run, and print what it shows',
    async () => {
      const { running, url, data } = await npmStart()
      try {
        const comparisons = await runDocument({
          file,
          env: cleanEnvironment({ STEMMA_URL: url, STEMMA_DATA: data }),
          inPlace: (command) =>
            command.replaceAll('http://127.0.0.1:4000', url).replaceAll('./data/', `${data}/`),
          isElsewhere: (command) => command === START,
        })
        for (const { command, expected, printed } of comparisons)
          if (expected !== null) expect(`${command}${printed}`).toBe(`${command}${expected}`)
      } finally {
        // The terminal's keypress reaches the whole group, and npm passes its own on.
        process.kill(-(running.child.pid as number), 'SIGINT')
      }
      const { stderr } = await running.ended
      expect(stderr).toContain('Stopped.')
    },
    240 * SECONDS,
  )

  test('begins with the one command that starts everything', () => {
    const steps = stepsOf(readFileSync(join(repository, file), 'utf8'))
    expect(steps.filter(({ command }) => command === START)).toHaveLength(1)
  })
})

const ROOT_PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md']

test('every link between pages leads to a page, and to a heading that it has', () => {
  const broken = [...ROOT_PAGES, ...pagesBelow('docs')].flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
      .filter(([, target = '', heading]) => !leadsSomewhere(page, target, heading))
      .map(([link]) => `${page}: ${link}`),
  )
  expect(broken).toEqual([])
})

const textOf = (page: string): string => readFileSync(join(repository, page), 'utf8')

function leadsSomewhere(page: string, target: string, heading: string | undefined): boolean {
  const path = target === '' ? page : join(dirname(page), target)
  if (!existsSync(join(repository, path))) return false
  return heading === undefined || !path.endsWith('.md') || anchorsOf(path).has(heading)
}

/** As the pages' hosts make them of headings. */
const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  )

function pagesBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name).slice(repository.length + 1))
}
