// Writes the messages and services of packages/server/proto as TypeScript.
import { join } from 'node:path'
import { root, runIn } from './run.mjs'

const buf = join(root, 'node_modules', '@bufbuild', 'buf', 'bin', 'buf')
if (runIn(join(root, 'packages', 'server'), process.execPath, [buf, 'generate']) !== 0)
  throw new Error('buf could not generate the gRPC messages')
