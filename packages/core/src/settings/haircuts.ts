/** How much less than its worth each currency counts as collateral for what is required in another one. */
import { findCurrency } from '../money/index.js'
import { isRecord, type Setting } from './kinds.js'

const BASIS_POINTS_MAX = 10_000

export const collateralHaircuts: Setting<{ readonly [currency: string]: number }> = {
  description:
    'Basis points by which each currency counts less as collateral in a cross-margined account; none for those not named',
  defaultValue: {},
  fault: (value) =>
    isRecord(value) &&
    Object.entries(value).every(
      ([code, points]) =>
        findCurrency(code) !== undefined &&
        typeof points === 'number' &&
        Number.isInteger(points) &&
        points >= 0 &&
        points <= BASIS_POINTS_MAX,
    )
      ? null
      : `currencies with whole basis points from 0 to ${BASIS_POINTS_MAX}`,
}
