/** Events of instruments stand at the operator's place in the tree; surfaces show them to whoever may read instruments. */
import type { Plain, Row } from '../image/index.js'
import type { MarketContext } from './market.js'

export function recordInstrument(
  { market, hierarchy, emit }: MarketContext,
  row: Row,
  happened: string,
  more: { readonly [key: string]: Plain } = {},
): void {
  const id = market.instruments.id(row)
  const base = market.pairs.base(row)
  emit({
    kind: `instrument.${happened}`,
    subject: `ins_${id}`,
    paths: [hierarchy.pathOf(hierarchy.root)],
    data: { id, ...market.instruments.read(row), ...(base === null ? {} : { baseCurrency: base }), ...more },
  })
}
