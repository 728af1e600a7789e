import { getMargin } from './get-margin.js'

export * from './get-margin.js'

export const MARGIN_QUERIES = [getMargin] as const
