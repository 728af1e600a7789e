/**
 * What few orders ask for. An event tells of an order's terms only what is not usual, since every report carries the
 * order: whoever reads one takes the rest from here.
 */
import type { Plain } from '../image/index.js'
import type { Quantity } from '../money/index.js'
import type { OrderTerms, SpecialTerms } from './fields.js'

const NO_TAGS: OrderTerms['tags'] = {}

/** An order that asks for nothing beyond its price and quantity. */
const USUAL: OrderTerms = {
  allOrNone: false,
  postOnly: false,
  strictLimit: false,
  reduceOnly: false,
  reprices: false,
  trigger: null,
  label: null,
  minimumQuantity: 0n as Quantity,
  selfMatchId: null,
  selfMatchInstruction: null,
  cash: null,
  cross: null,
  tags: NO_TAGS,
}

const NAMES = Object.keys(USUAL) as readonly (keyof OrderTerms)[]
const SPECIAL: Readonly<Record<keyof SpecialTerms, true>> = {
  trailingOffset: true,
  displayQuantity: true,
  shownUntil: true,
  usdPrice: true,
  volatility: true,
  isRepriced: true,
  mustWait: true,
  isProtected: true,
  connection: true,
  link: true,
  quote: true,
}
const SPECIAL_NAMES = Object.keys(SPECIAL) as readonly (keyof SpecialTerms)[]

type TermsTold = { readonly [key: string]: Plain }

const NOTHING: TermsTold = {}

/** What of the terms is not usual. */
export function termsTold(terms: OrderTerms): TermsTold {
  let told: Record<string, Plain> | null = null
  for (const name of NAMES) {
    const value = terms[name]
    if (value === USUAL[name] || (name === 'tags' && isEmpty(terms.tags))) continue
    told ??= {}
    told[name] = value as Plain
  }
  for (const name of SPECIAL_NAMES) {
    const value = terms[name]
    if (value === undefined) continue
    told ??= {}
    told[name] = value
  }
  return told ?? NOTHING
}

/** The terms that were told, whole again. */
export const termsOfTold = (told: Plain | undefined): OrderTerms => ({ ...USUAL, ...(told as TermsTold) })

function isEmpty(tags: OrderTerms['tags']): boolean {
  for (const _name in tags) return false
  return true
}
