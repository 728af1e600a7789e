/**
 * One text for equal texts of a column: a million balances in one currency need its code once. A column whose texts are
 * all different is found out soon and left alone.
 */
const TEXTS_MAX = 1_000

export class SharedTexts {
  private readonly texts = new Map<string, string>()

  of(text: string | null): string | null {
    if (text === null || this.texts.size >= TEXTS_MAX) return text
    const known = this.texts.get(text)
    if (known !== undefined) return known
    this.texts.set(text, text)
    return text
  }
}
