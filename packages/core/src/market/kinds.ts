/** What an instrument is. A further kind brings its own accounting; orders and matching stay as they are. */
export const INSTRUMENT_KINDS = [
  'event_contract',
  'equity',
  'future',
  'perpetual',
  'option',
  'currency_pair',
] as const
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number]
