/** The version of the command, from the package itself: commands over the network load nothing of the server. */
import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

export const VERSION: string = manifest.version
