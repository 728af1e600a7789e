/** A number out of the answer of `settings.effective`, or what holds where nobody set it. */
export function settingNumber(answer: unknown, otherwise: number): number {
  const value = valueIn(answer)
  const number =
    typeof value === 'bigint'
      ? Number(value)
      : Number(typeof value === 'string' ? value : (value ?? Number.NaN))
  return Number.isFinite(number) && number > 0 ? number : otherwise
}

export const settingText = (answer: unknown): string | null => {
  const value = valueIn(answer)
  return typeof value === 'string' ? value : null
}

function valueIn(answer: unknown): unknown {
  const one = Array.isArray(answer) ? answer[0] : answer
  return typeof one === 'object' && one !== null && 'value' in one ? one.value : null
}
