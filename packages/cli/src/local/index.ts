/** The commands that work on this machine: they open the store themselves. */
import type { Command } from 'commander'
import type { Shell } from '../shell.js'
import { migrateCommand, seedCommand } from './data.js'
import { serveCommand } from './serve.js'

export { verifyOffline } from './verify-offline.js'

export const localCommands = (shell: Shell): readonly Command[] => [
  serveCommand(shell),
  migrateCommand(shell),
  seedCommand(shell),
]
