/** A number out of the answer of `settings.effective`, or what holds where nobody set it. */
export function settingNumber(answer: unknown, otherwise: number): number {
  const value = valueIn(answer)
  const number =
    typeof value === 'bigint'
      ? Number(value)
      : Number(typeof value === 'string' ? value : (value ?? Number.NaN))
  return Number.isFinite(number) && number > 0 ? number : otherwise
}

function valueIn(answer: unknown): unknown {
  const items = typeof answer === 'object' && answer !== null && 'items' in answer ? answer.items : null
  const one: unknown = Array.isArray(items) ? items[0] : null
  return typeof one === 'object' && one !== null && 'value' in one ? one.value : null
}
