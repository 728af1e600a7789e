// Builds all packages, incrementally and in the order of their references.
import { runInstalled } from './run.mjs'

/** Builds; throws when the compiler finds an error. */
export function build() {
  if (runInstalled('typescript/bin/tsc', ['-b']) !== 0) throw new Error('the build failed')
}

if (process.argv[1] === import.meta.filename) build()
