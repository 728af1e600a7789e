/** Why an order was cancelled, in the venue's words (section 6.4). */
const REASONS: Readonly<Record<string, string>> = {
  protection: 'mmp_trigger',
  protection_removed: 'mmp_config_curtailment',
  protection_curtailed: 'mmp_config_curtailment',
  // What a quote was to be changed to did not pass, so that it ended.
  would_take: 'edit_post_only_reject',
  quote_rejected: 'user_request',
  disconnected: 'cancel_on_disconnect',
  other_closed: 'oco_other_closed',
  primary_closed: 'oto_primary_closed',
  liquidation: 'autoliquidation',
  self_match: 'order_overlap',
  unfunded: 'risk_mitigation',
  insufficient_buying_power: 'risk_mitigation',
  loss_limit: 'risk_mitigation',
  account_state: 'risk_mitigation',
}

/** What its owner did not ask for and is not in the table is the market's doing. */
export const reasonShown = (reason: string | null): Readonly<Record<string, unknown>> => ({
  cancel_reason: reason === null ? 'user_request' : (REASONS[reason] ?? 'settlement'),
  ...(reason === 'protection' ? { mmp_cancelled: true } : {}),
})
