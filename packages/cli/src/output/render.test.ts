/** The three forms of an answer, on answers as the API gives them. */
import { expect, test } from 'vitest'
import { csv } from './csv.js'
import { render, renderIds } from './render.js'

const balances = {
  items: [
    { account: 'acc_7', currency: 'USD', posted: '21500.00', held: '0.00' },
    { account: 'acc_7', currency: 'EUR', posted: '-3.10', held: '250.00' },
  ],
  next_cursor: null,
}

test('a table has one line for each record, amounts to the right', () => {
  expect(render(balances, 'table')).toBe(
    [
      'account  currency    posted    held',
      'acc_7    USD       21500.00    0.00',
      'acc_7    EUR          -3.10  250.00',
      '',
    ].join('\n'),
  )
})

test('an empty list says so', () => {
  expect(render({ items: [], next_cursor: null }, 'table')).toBe('nothing found\n')
})

test('one record is a sheet, and lists inside it are tables', () => {
  const summary = { party: 'pty_1', accounts: 2, currencies: [{ currency: 'USD', net: '0.00' }] }
  expect(render(summary, 'table')).toBe(
    ['party     pty_1', 'accounts  2', '', 'currencies', 'currency   net', 'USD       0.00', ''].join('\n'),
  )
})

test('a long cell is cut in a table and whole in CSV and JSON', () => {
  const answer = { items: [{ detail: 'x'.repeat(60) }] }
  expect(render(answer, 'table')).toContain(`${'x'.repeat(47)}…`)
  expect(render(answer, 'csv')).toContain('x'.repeat(60))
  expect(render(answer, 'json')).toContain('x'.repeat(60))
})

test('codes that would move the cursor or colour the terminal do not reach it', () => {
  const answer = { items: [{ display_name: 'red \u001b[31m alert\u0007\nnext' }] }
  expect(render(answer, 'table')).toBe('display_name\nred  [31m alert  next\n')
})

test('CSV is RFC 4180: a header, CRLF, quotes only where needed and doubled', () => {
  const answer = { items: [{ name: 'a,b', note: 'she said "no"', lines: 'one\ntwo', plain: 'x' }] }
  expect(render(answer, 'csv')).toBe('name,note,lines,plain\r\n"a,b","she said ""no""","one\ntwo",x\r\n')
})

test.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\tx', '|cmd', '%0'])(
  'CSV defuses a cell that a spreadsheet would run: %j',
  (formula) => {
    expect(csv([{ cell: formula }])).toContain(`'${formula}`)
  },
)

test.each(['-12.50', '0.00', '1', '-3'])('CSV leaves a plain number alone: %s', (number) => {
  expect(csv([{ cell: number }])).toBe(`cell\r\n${number}\r\n`)
})

test('CSV of records with different fields has the columns of all', () => {
  expect(csv([{ a: '1' }, { b: '2' }])).toBe('a,b\r\n1,\r\n,2\r\n')
})

test('JSON is the answer itself', () => {
  expect(JSON.parse(render(balances, 'json'))).toEqual(balances)
})

test('chosen columns are shown in the order in which they were named', () => {
  expect(render(balances, 'csv', ['held', 'currency'])).toBe('held,currency\r\n0.00,USD\r\n250.00,EUR\r\n')
  expect(render({ id: 'pty_1', name: 'stemma', version: 1 }, 'table', ['name'])).toBe('name\nstemma\n')
})

test('ids alone are those of the items, or of what was made', () => {
  expect(renderIds({ items: [{ id: 'pty_1' }, { id: 'pty_2' }] })).toBe('pty_1\npty_2\n')
  expect(renderIds({ sequence: 7, transfer: 'trf_9' })).toBe('trf_9\n')
})
