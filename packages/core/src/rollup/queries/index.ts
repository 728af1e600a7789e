import { nodePositions } from './node-positions.js'
import { summarizeNode } from './summarize-node.js'
import { verifyBook } from './verify-book.js'

export * from './node-positions.js'
export * from './summarize-node.js'
export * from './verify-book.js'

export const ROLLUP_QUERIES = [summarizeNode, nodePositions, verifyBook] as const
