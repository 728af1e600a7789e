/**
 * The policy of second pairs of eyes: for each kind of operation whether another person has to approve it, never,
 * always, or above an amount. A currency that a policy with amounts does not name needs approval from the first unit,
 * so that adding a currency to the books never opens a way around.
 */
import type { ApprovalSubject, Plain } from '../image/index.js'
import { currencyOf, findCurrency, parseAmount } from '../money/index.js'
import { isRecord, type Setting } from './kinds.js'

export const APPROVAL_KINDS = ['money', 'rights', 'corrections'] as const
export type ApprovalKind = (typeof APPROVAL_KINDS)[number]

export type ApprovalRule = 'always' | 'never' | { readonly above: { readonly [currency: string]: string } }
export type ApprovalPolicy = { readonly [Kind in ApprovalKind]: ApprovalRule }

/** Whether the policy asks for a second person. Without an amount, `above` cannot spare anybody. */
export function asksForApproval(policy: ApprovalPolicy, subject: ApprovalSubject): boolean {
  const rule = policy[subject.kind]
  if (rule === 'always' || rule === 'never') return rule === 'always'
  if (subject.amount === undefined) return true
  const { amount, currency } = subject.amount
  const limit = rule.above[currency]
  if (limit === undefined) return true
  const parsed = parseAmount(limit, currencyOf(currency))
  if (typeof parsed !== 'bigint') throw new Error(`expected a checked limit, was ${limit}`)
  return amount > parsed || amount < -parsed
}

export const approvalPolicy: Setting<ApprovalPolicy> = {
  description:
    'Which operations need a second person: money, rights and corrections, each always, never or above',
  defaultValue: { money: 'never', rights: 'never', corrections: 'never' },
  fault: (value) =>
    isRecord(value) &&
    Object.keys(value).length === APPROVAL_KINDS.length &&
    APPROVAL_KINDS.every((kind) => isRule(kind, value[kind] ?? null))
      ? null
      : `${APPROVAL_KINDS.join(', ')}, each 'always', 'never' or, rights aside, { above: { USD: '10000.00' } }`,
}

function isRule(kind: ApprovalKind, rule: Plain): boolean {
  if (rule === 'always' || rule === 'never') return true
  if (kind === 'rights' || !isRecord(rule) || Object.keys(rule).length !== 1 || !isRecord(rule.above ?? null))
    return false
  const limits = Object.entries(rule.above as { readonly [currency: string]: Plain })
  return limits.length > 0 && limits.every(([code, limit]) => isLimit(code, limit))
}

function isLimit(code: string, limit: Plain): boolean {
  const currency = findCurrency(code)
  if (currency === undefined || typeof limit !== 'string') return false
  const parsed = parseAmount(limit, currency)
  return typeof parsed === 'bigint' && parsed >= 0n
}
