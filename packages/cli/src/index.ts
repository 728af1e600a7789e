// The stemma command. This file is the package's public face: the command line as data, for the reference.
export { buildProgram } from './program.js'
export type { Shell } from './shell.js'
