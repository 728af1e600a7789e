/** `fee_schedules.create`: how fees are reckoned. A schedule is never changed; another one takes its place. */
import { checkName } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { ONE, type Rounding } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { FeeKind, FeeScheduleId } from '../fields.js'
import type { MarketContext } from '../market.js'

/** Rates stand between minus one and one, either way a thousand times what venues charge. */
const RATE_MAX = ONE

export type CreateFeeSchedule = {
  readonly name: string
  readonly kind: FeeKind
  readonly takerRate: bigint
  readonly makerRate: bigint
  /** Above zero, at most one; none unless said. The venue's is an eighth of an option's price. */
  readonly capRate?: bigint | null
  readonly rounding: Rounding
}

export const createFeeSchedule = command({
  name: 'fee_schedules.create',
  scope: 'instruments:write',
  needs: () => [],
  decide({ market, image, hierarchy, now, emit }: MarketContext, input: CreateFeeSchedule) {
    checkName(input.name)
    checkRate(input.takerRate, '/taker_rate')
    checkRate(input.makerRate, '/maker_rate')
    if (input.takerRate + input.makerRate < 0n)
      refuse('malformed', 'expected a maker rebate of at most the taker fee', { field: '/maker_rate' })
    const capRate = input.capRate ?? null
    if (capRate !== null && (capRate <= 0n || capRate > RATE_MAX))
      refuse('malformed', 'expected a rate above 0, of at most 1', { field: '/cap_rate' })
    const feeSchedule = image.newId<FeeScheduleId>()
    const kept = { ...input, capRate, createdAt: now }
    market.feeSchedules.insert(feeSchedule, kept)
    const paths = [hierarchy.pathOf(hierarchy.root)]
    emit({
      kind: 'fee_schedule.created',
      subject: `fee_${feeSchedule}`,
      paths,
      data: { id: feeSchedule, ...kept },
    })
    return { feeSchedule }
  },
})

function checkRate(value: bigint, field: string): void {
  if (value > RATE_MAX || value < -RATE_MAX) refuse('malformed', 'expected a rate from -1 to 1', { field })
}
