/** The commands that work on this machine: they open the store themselves. */
import type { Command } from 'commander'
import type { Shell } from '../shell.js'

export function localCommands(_shell: Shell): readonly Command[] {
  return []
}
