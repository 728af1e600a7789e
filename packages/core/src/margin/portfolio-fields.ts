/** The table of portfolios: what each account, and each group of accounts, came to when it was last reckoned. */
import type { GroupId } from '../hierarchy/index.js'
import { choice, count, type Id, money, ref, refOrNull, text, timeOrNull } from '../image/index.js'
import type { CurrencyCode } from '../money/index.js'
import { MARGIN_MODELS } from './models.js'

export type PortfolioId = Id<'portfolio'>
export type RevaluationId = Id<'revaluation'>

export const portfolioFields = {
  /** The account, or the group that its accounts make a portfolio of together. */
  entity: ref<Id>(),
  /** The group that the account is in: its own figures are a part of the group's then, and count there. */
  partOf: refOrNull<GroupId>(),
  currency: text<CurrencyCode>(),
  model: choice(MARGIN_MODELS),
  /** What has to stay behind the positions. */
  requirement: money(),
  /** Money that is posted, and the worth of the positions that have a price. */
  value: money(),
  /** What is left above the requirement, or is missing for it: one of them is zero. */
  excess: money(),
  deficit: money(),
  /** Positions that no price is known for; they are in no worth. */
  unpriced: count(),
  /** What trading ever brought: realized, unrealized, less fees. */
  result: money(),
  /** The same within the business date that it was last reckoned on. */
  dayResult: money(),
  businessDate: text(),
  /** When it was reckoned: of a group, when the oldest of its parts was. */
  sequence: count(),
}

/** One row while the book is traded in: when the next step of restating portfolios is due. */
export const revaluationFields = { nextStepAt: timeOrNull() }
