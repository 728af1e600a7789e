/** Tables for people: columns as wide as their widest cell, amounts on the right. */
import type { FlatRecord } from './record.js'

const CELL_WIDTH_MAX = 48
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?$/
// Text from outside could hold codes that move the cursor or colour the screen; a table shows none of them.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

export function table(records: readonly FlatRecord[]): string {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
  const shown = columns.filter((column) => records.some((record) => (record[column] ?? '') !== ''))
  const cells = records.map((record) => shown.map((column) => fit(record[column] ?? '')))
  const widths = shown.map((column, at) => Math.max(column.length, ...cells.map((row) => width(row[at]))))
  const isNumeric = shown.map((_column, at) => cells.every((row) => NUMBER.test(row[at] ?? '')))
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0, isNumeric[at] === true))
      .join('  ')
      .trimEnd()
  return [line(shown), ...cells.map(line)].join('\n')
}

/** One record as lines of name and value. */
export function sheet(record: FlatRecord): string {
  const names = Object.keys(record)
  const widest = Math.max(0, ...names.map((name) => name.length))
  return names.map((name) => `${name.padEnd(widest)}  ${printable(record[name] ?? '')}`.trimEnd()).join('\n')
}

const printable = (text: string): string => text.replace(UNPRINTABLE, ' ')

function fit(text: string): string {
  const clean = [...printable(text)]
  return clean.length <= CELL_WIDTH_MAX ? clean.join('') : `${clean.slice(0, CELL_WIDTH_MAX - 1).join('')}…`
}

const width = (text: string | undefined): number => [...(text ?? '')].length

function pad(text: string, to: number, isRight: boolean): string {
  const space = ' '.repeat(Math.max(0, to - width(text)))
  return isRight ? space + text : text + space
}
