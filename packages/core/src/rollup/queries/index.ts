import { summarizeNode } from './summarize-node.js'
import { verifyBook } from './verify-book.js'

export * from './summarize-node.js'
export * from './verify-book.js'

export const ROLLUP_QUERIES = [summarizeNode, verifyBook] as const
