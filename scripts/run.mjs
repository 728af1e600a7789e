// Runs a child process with our own terminal. Plain Node, because it also serves before anything is installed.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Runs `command` in the repository root and returns its exit code.
 * @param {string} command
 * @param {string[]} args
 * @returns {number}
 */
export function run(command, args) {
  return runIn(root, command, args)
}

/**
 * The same in another folder.
 * @param {string} folder
 * @param {string} command
 * @param {string[]} args
 * @returns {number}
 */
export function runIn(folder, command, args) {
  const result = spawnSync(command, args, { cwd: folder, stdio: 'inherit' })
  if (result.error) throw new Error(`could not run ${command}`, { cause: result.error })
  return result.status ?? 1
}

/**
 * Runs a JavaScript file from the installed packages with this Node.
 * @param {string} file path below node_modules
 * @param {string[]} args
 * @returns {number}
 */
export function runInstalled(file, args) {
  return run(process.execPath, [join(root, 'node_modules', file), ...args])
}
