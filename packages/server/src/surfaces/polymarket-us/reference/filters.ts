/**
 * Filters of the instrument list (section 11). Conditions on fields are kept; a free `whereClause` is refused, as nothing
 * says what the venue's clauses may hold.
 */
import type { InstrumentState, InstrumentView } from '@stemma/core'
import { invalid } from '../errors.js'
import { Fields } from '../fields.js'
import { INSTRUMENT_STATES } from '../trading/words.js'
import {
  clearingHouseOf,
  endDateOf,
  isTradable,
  metadataOf,
  productOf,
  startDateOf,
} from './instrument-object.js'

export const FILTERS = [
  'symbols',
  'productId',
  'tradableFilter',
  'states',
  'eventSeries',
  'eventCategory',
  'clearingSym',
  'startTimeGte',
  'startTimeLte',
  'endTimeGte',
  'endTimeLte',
  'filter',
]

export type Matches = (view: InstrumentView) => boolean

/** Unknown names are the default value, which filters nothing (section 0). */
export function statesIn(fields: Fields): readonly InstrumentState[] | null {
  const given = fields.find('states')
  const states = INSTRUMENT_STATES.meantAll(Array.isArray(given) ? given : given === undefined ? [] : [given])
  return states.length === 0 ? null : states
}

export function matcherOf(fields: Fields): Matches {
  const conditions = [
    ...textConditions(fields),
    ...dateConditions(fields),
    ...tradableConditions(fields),
    ...fieldConditions(fields.message('filter', ['whereClause', 'fieldFilters'])),
  ]
  return (view) => conditions.every((matches) => matches(view))
}

const TEXTS: Readonly<Record<string, (view: InstrumentView) => string>> = {
  productId: productOf,
  eventSeries: (view) => metadataOf(view, 'eventSeries'),
  eventCategory: (view) => metadataOf(view, 'eventCategory'),
  clearingSym: (view) => metadataOf(view, 'clearingSym') || view.symbol,
}

function textConditions(fields: Fields): Matches[] {
  return Object.entries(TEXTS).flatMap(([name, of]): Matches[] => {
    const wanted = fields.text(name)
    return wanted === null ? [] : [(view) => of(view) === wanted]
  })
}

/** Dates as `YYYY-MM-DD`; an instrument without an end has none to compare. */
function dateConditions(fields: Fields): Matches[] {
  const condition = (
    name: string,
    of: (view: InstrumentView) => string,
    isWithin: (a: string, b: string) => boolean,
  ) => {
    const bound = fields.text(name)
    if (bound === null) return []
    if (!/^\d{4}-\d{2}-\d{2}$/.test(bound)) throw fields.fault(name, 'expected a date as YYYY-MM-DD')
    return [(view: InstrumentView) => of(view) !== '' && isWithin(of(view), bound)]
  }
  const [atLeast, atMost] = [(a: string, b: string) => a >= b, (a: string, b: string) => a <= b]
  return [
    ...condition('startTimeGte', startDateOf, atLeast),
    ...condition('startTimeLte', startDateOf, atMost),
    ...condition('endTimeGte', endDateOf, atLeast),
    ...condition('endTimeLte', endDateOf, atMost),
  ]
}

function tradableConditions(fields: Fields): Matches[] {
  switch (fields.text('tradableFilter')) {
    case 'TRADABLE_FILTER_TRADABLE':
      return [isTradable]
    case 'TRADABLE_FILTER_NON_TRADABLE':
      return [(view) => !isTradable(view)]
    default:
      return []
  }
}

/** Fields that a condition may be on, besides `metadata.…`. */
const FIELDS: Readonly<Record<string, (view: InstrumentView) => string>> = {
  ...TEXTS,
  symbol: ({ symbol }) => symbol,
  description: ({ displayName }) => displayName,
  state: ({ state }) => INSTRUMENT_STATES.shown(state),
  baseCurrency: ({ currency }) => currency,
  clearingHouse: clearingHouseOf,
}

const FIELD_FILTERS_MAX = 20

function fieldConditions(filter: Fields | null): Matches[] {
  if (filter === null) return []
  if (filter.text('whereClause') !== null)
    throw invalid('invalid filter.whereClause: not supported; use filter.fieldFilters')
  const given = filter.find('fieldFilters') ?? []
  if (!Array.isArray(given) || given.length > FIELD_FILTERS_MAX)
    throw filter.fault('fieldFilters', `expected at most ${FIELD_FILTERS_MAX}`)
  return given.map((each, place) =>
    fieldCondition(
      Fields.of(each, ['field', 'operator', 'stringValue', 'stringList'], `filter.fieldFilters[${place}].`),
    ),
  )
}

function fieldCondition(fields: Fields): Matches {
  const name = fields.requiredText('field')
  const of = Object.hasOwn(FIELDS, name)
    ? FIELDS[name]
    : name.startsWith('metadata.')
      ? (view: InstrumentView) => metadataOf(view, name.slice('metadata.'.length))
      : undefined
  if (of === undefined)
    throw fields.fault('field', `expected one of ${Object.keys(FIELDS).join(', ')} or metadata.<name>`)
  switch (fields.text('operator')) {
    case 'FILTER_OPERATOR_EQ': {
      const wanted = fields.requiredText('stringValue')
      return (view) => of(view) === wanted
    }
    case 'FILTER_OPERATOR_IN': {
      const wanted = listIn(fields)
      return (view) => wanted.includes(of(view))
    }
    case 'FILTER_OPERATOR_LIKE': {
      const pattern = likePattern(fields.requiredText('stringValue'))
      return (view) => pattern(of(view))
    }
    default:
      throw fields.fault(
        'operator',
        'expected FILTER_OPERATOR_EQ, FILTER_OPERATOR_IN or FILTER_OPERATOR_LIKE',
      )
  }
}

/** The list as such, or as the message that holds its values. */
function listIn(fields: Fields): readonly string[] {
  const given = fields.find('stringList')
  return typeof given === 'object' && given !== null && !Array.isArray(given)
    ? (fields.message('stringList', ['values'])?.texts('values') ?? [])
    : fields.texts('stringList')
}

/** As in SQL: `%` stands for any text. Parts are looked for one behind the other, so that no pattern is slow. */
function likePattern(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split('%')
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return (text) => text.toLowerCase() === first
  return (text) => {
    const lower = text.toLowerCase()
    if (!lower.startsWith(first)) return false
    let from = first.length
    for (const part of parts.slice(1, -1)) {
      const at = lower.indexOf(part, from)
      if (at < 0) return false
      from = at + part.length
    }
    return lower.length - last.length >= from && lower.endsWith(last)
  }
}
