/** The venue's scopes and ours: one table, read in both directions. */
const SCOPES: Readonly<Record<string, string>> = {
  'read:accounts': 'accounts:read',
  'write:accounts': 'accounts:write',
  'read:positions': 'positions:read',
  'read:orders': 'orders:read',
  'write:orders': 'orders:write',
  'read:reports': 'reports:read',
  'read:dropcopy': 'dropcopy:read',
  'read:funding': 'funding:read',
  'write:funding': 'funding:write',
  'write:cash-movements': 'cash_movements:write',
  'read:kyc': 'kyc:read',
  'write:kyc': 'kyc:write',
  'read:instruments': 'instruments:read',
  'read:marketdata': 'marketdata:read',
  'read:l2marketdata': 'l2marketdata:read',
}

const VENUE_SCOPES: ReadonlyMap<string, string> = new Map(
  Object.entries(SCOPES).map(([venue, ours]) => [ours, venue]),
)

/** Ours behind the venue's name, or null where the venue has no such scope. */
export function scopesMeant(venue: string): readonly string[] | null {
  const ours = Object.hasOwn(SCOPES, venue) ? SCOPES[venue] : undefined
  return ours === undefined ? null : [ours]
}

/** The venue's name of a scope of ours; ours where the venue has none. */
export const venueScopeOf = (ours: string): string => VENUE_SCOPES.get(ours) ?? ours

/** Those that the venue has a name for. */
export const scopesShown = (ours: readonly string[]): readonly string[] =>
  ours.flatMap((scope) => VENUE_SCOPES.get(scope) ?? [])
