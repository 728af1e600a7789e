/** `venues.get` and `venues.list`: the outside venues, and how far messages and reports have come. */
import { NO_ROW, query, type Values } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { TradingContext } from '../trading.js'
import type { VenueId, venueFields } from './fields.js'

export type VenueView = Omit<Values<typeof venueFields>, 'sealedSecret'> & { readonly id: VenueId }

const operatorNeeds = ({ hierarchy }: TradingContext) => [
  { ability: 'read' as const, target: { party: hierarchy.parties.id(hierarchy.root) } },
]

export const getVenue = query({
  name: 'venues.get',
  scope: 'instruments:read',
  needs: operatorNeeds,
  read(context: TradingContext, { venue }: { readonly venue: VenueId }): VenueView {
    const row = context.trading.venues.find(venue)
    if (row === NO_ROW) refuse('not_visible', 'there is no such thing within reach')
    return viewOf(context, row)
  },
})

export const listVenues = query({
  name: 'venues.list',
  scope: 'instruments:read',
  needs: operatorNeeds,
  read: (context: TradingContext): { readonly items: readonly VenueView[] } => ({
    items: context.trading.venues.idsInOrder().map((id) => viewOf(context, context.trading.venues.row(id))),
  }),
})

function viewOf({ trading }: TradingContext, row: number): VenueView {
  const { sealedSecret: _secret, ...shown } = trading.venues.read(row)
  return { id: trading.venues.id(row), ...shown }
}

export const VENUE_QUERIES = [getVenue, listVenues] as const
