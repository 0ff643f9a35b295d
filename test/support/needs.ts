import { describe, test, type TestOptions } from 'vitest'

/** Says in the name of what is skipped why it is; `.ci/run` counts by these reasons. */
const skippedName = (name: string, missing: string): string => `${name} (skipped: ${missing})`

/** A test that needs something of the machine; `missing` says why it is not there. */
export function testUnless(
  missing: string | undefined,
  name: string,
  options: TestOptions,
  body: () => Promise<void>,
): void {
  if (missing === undefined) test(name, options, body)
  else test.skip(skippedName(name, missing), body)
}

/** Tests that need something of the machine. */
export function describeUnless(missing: string | undefined, name: string, body: () => void): void {
  if (missing === undefined) describe(name, body)
  else test.skip(skippedName(name, missing))
}
