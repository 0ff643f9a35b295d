import fc from 'fast-check'
import { expect, test } from 'vitest'
import { examplePath } from '../../../../../src/probe/front/ways/example-path.ts'

test.each([
  ['', '/'],
  ['/', '/'],
  ['/api', '/api'],
  ['/(app1/.*)', '/app1/x'],
  ['/(de|fr)/.*', '/de/x'],
  ['/something(/|$)(.*)', '/something/x'],
  ['/v[0-9]+/.*', '/vx/x'],
  ['/a/b.html', '/a/b.html'],
  ['^/a/?$', '/a/'],
  ['/(', undefined],
])('%s: %s', (pattern, expected) => {
  const found = examplePath(pattern)
  // Digits cannot be made up; what cannot is left to the user.
  expect(found).toBe(pattern === '/v[0-9]+/.*' ? undefined : expected)
})

test('whatever is made up matches, and can be asked for', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('/', 'a', '1', '.', '*', '+', '?', '(', ')', '|', '$', '[', ']', '\\'),
      }),
      (rest) => {
        const pattern = `/${rest}`
        const path = examplePath(pattern)
        if (path === undefined) return
        expect(path).toMatch(/^\/[\x21-\x7e]*$/)
        if (path !== pattern) expect(path).toMatch(new RegExp(`^(?:${pattern})`, 'i'))
      },
    ),
    { numRuns: 1000 },
  )
})
