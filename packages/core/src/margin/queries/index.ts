import { compareModels } from './compare-models.js'
import { getMargin } from './get-margin.js'
import { listPortfolios } from './list-portfolios.js'
import { marginOfOrder, marginOfQuantity } from './order-margin.js'
import { projectMargin } from './project-margin.js'
import { simulateMargin } from './simulate-margin.js'

export * from './compare-models.js'
export * from './get-margin.js'
export * from './list-portfolios.js'
export * from './order-margin.js'
export * from './project-margin.js'
export * from './simulate-margin.js'

export const MARGIN_QUERIES = [
  getMargin,
  listPortfolios,
  compareModels,
  simulateMargin,
  projectMargin,
  marginOfQuantity,
  marginOfOrder,
] as const
