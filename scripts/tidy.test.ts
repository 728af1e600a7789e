// House rules that no linter knows. Each failure lists file, line and rule.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const skippedFolders = new Set(['node_modules', 'dist', 'data', 'coverage', 'generated', '.git'])
const maxLines = 400

/** Files that may be longer than the limit, each with its reason. */
const longFiles = new Map<string, string>([])

function filesBelow(folder: string): string[] {
  const start = join(root, folder)
  if (!existsSync(start)) return []
  return readdirSync(start, { withFileTypes: true }).flatMap((entry) => {
    const path = join(start, entry.name)
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : filesBelow(relative(root, path))
    return /\.(?:[cm]?[jt]s|tsx)$/.test(entry.name) ? [relative(root, path).split(sep).join('/')] : []
  })
}

const isTest = (file: string) => file.endsWith('.test.ts') || file.endsWith('.test.tsx')
const everything = ['packages', 'scripts', 'bench', 'examples'].flatMap(filesBelow)
const sources = everything.filter((file) => /^packages\/[^/]+\/src\//.test(file))

/** Code without comment lines: a comment may speak of a clock. */
function codeLines(file: string): string[] {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line) => (/^\s*(?:\/\/|\*|\/\*)/.test(line) ? '' : line))
}

function offences(files: string[], pattern: RegExp, lines: (file: string) => string[] = codeLines): string[] {
  return files.flatMap((file) =>
    lines(file).flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  )
}

const rawLines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n')

test('the core has no clock, no randomness, no Node module and no process', () => {
  const core = sources.filter((file) => file.startsWith('packages/core/') && !isTest(file))
  const forbidden =
    /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bMath\.random\b|\bperformance\.|\bcrypto\.|['"]node:|(?<![.\w'"-])process[.[]|\bsetTimeout\b|\bsetInterval\b/
  expect(offences(core, forbidden)).toEqual([])
})

test('no test is left out or runs alone', () => {
  const pattern = /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo|skipIf|runIf)\b/
  expect(offences(everything.filter(isTest), pattern)).toEqual([])
})

test('no test changes the process that other files share with it', () => {
  const pattern =
    /\bprocess\.(?:env(?:\.\w+|\[[^\]]+\])\s*=[^=]|chdir\(|exitCode\s*=)|\bdelete process\.env|\bglobalThis\.\w+\s*=[^=]|\bvi\.(?:mock|stub|spyOn|useFakeTimers)/
  expect(offences(everything.filter(isTest), pattern)).toEqual([])
})

test(`no source file is longer than ${maxLines} lines`, () => {
  const tooLong = sources
    .filter((file) => !isTest(file) && !longFiles.has(file))
    .map((file) => ({ file, lines: rawLines(file).length - 1 }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ file, lines }) => `${file}: ${lines} lines`)
  expect(tooLong).toEqual([])
})

test('the list of long files names only files that are long', () => {
  const stale = [...longFiles.keys()].filter(
    (file) => !sources.includes(file) || rawLines(file).length - 1 <= maxLines,
  )
  expect(stale).toEqual([])
})

test('no to-do stands in the code', () => {
  // Written in two halves, so that this file keeps its own rule.
  const pattern = new RegExp(`\\b(?:${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`)
  expect(offences(everything, pattern, rawLines)).toEqual([])
})

test('the lock file records no address from which a package was downloaded', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  expect(lock.split('\n').filter((line) => /"resolved": "(?:https?|git)/.test(line))).toEqual([])
})

test('dependencies are pinned to exact versions', () => {
  const manifests = [
    'package.json',
    ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`),
  ]
  const loose = manifests
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => {
      const manifest: Record<string, Record<string, string> | undefined> = JSON.parse(
        readFileSync(join(root, file), 'utf8'),
      )
      const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      return all
        .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name]) => `${file}: ${name}`)
    })
  expect(loose).toEqual([])
})
