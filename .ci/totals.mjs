// Adds up the report of the tests and the results of the checks and of the seeds, prints the totals, and fails when they say so.
import { existsSync, readFileSync } from 'node:fs'

const { STEMMA_TEST_REPORT: file = '', TESTS_EXIT, CHECK_EXIT, SEEDS_EXIT } = process.env
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

let passed = report.numPassedTests ?? 0
let failed = report.numFailedTests ?? 0
// Something else than a test failed: the build, a file that does not load, an error outside of any test.
if (TESTS_EXIT !== '0' && failed === 0) failed += 1
for (const exit of [CHECK_EXIT, SEEDS_EXIT]) {
  if (exit === '0') passed += 1
  else failed += 1
}

// What failed stands beside the totals: nobody reads back through what everything printed.
for (const suite of report.testResults ?? []) {
  if (suite.status === 'failed' && suite.assertionResults.length === 0)
    console.log(`failed: ${suite.name}: ${suite.message}`)
  for (const test of suite.assertionResults)
    if (test.status === 'failed')
      console.log(`failed: ${suite.name}: ${test.fullName}\n${test.failureMessages.join('\n')}`)
}

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
