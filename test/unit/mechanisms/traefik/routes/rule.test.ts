import { expect, test } from 'vitest'
import { alternativesOf } from '../../../../../src/mechanisms/traefik/routes/rule.ts'

/** Host and path of each alternative: `?` for what is more than these, or a pattern. */
const short = (match: string): string[] =>
  alternativesOf(match).map(
    ({ host = '?', path = '', isPlain }) => `${host}${path}${isPlain ? '' : ' with more'}`,
  )

test.each([
  ['Host(`Shop.example`)', ['shop.example']],
  ['host("shop.example") && pathprefix(`/a`)', ['shop.example/a']],
  [
    'Host(`a.example`, `b.example`) && PathPrefix(`/x`, `/y`)',
    ['a.example/x', 'a.example/y', 'b.example/x', 'b.example/y'],
  ],
  ['Host(`a.example`) || Host(`b.example`) && Path(`/x`)', ['a.example', 'b.example/x']],
  ['(Host(`a.example`) || Host(`b.example`)) && Path(`/x`)', ['a.example/x', 'b.example/x']],
  ['PathPrefix(`/api`)', ['*/api']],
  ['Host(`a.example`) && Header(`X-Beta`, `1`)', ['a.example with more']],
  ['Host(`a.example`) && Headers(`X-Beta`, `1`) && Path(`/x`)', ['a.example/x with more']],
  ['Host(`a.example`) && ClientIP(`10.0.0.0/8`)', ['a.example with more']],
  ['Host(`a.example`) && PathRegexp(`^/v[0-9]+`)', ['a.example with more']],
  ['Host(`a.example`) && Path(`/p/{id:[0-9]+}`)', ['a.example with more']],
  ['Host(`a.example`) && !PathPrefix(`/admin`)', ['a.example with more']],
  ['HostRegexp(`^.+\\.example$`)', ['? with more']],
  ['HostRegexp(`{sub:[a-z]+}.example`) && Path(`/x`)', ['?/x with more']],
  ['!Host(`a.example`)', ['? with more']],
  ['!(Host(`a.example`) || Path(`/x`))', ['? with more']],
  ['!(Method(`GET`) && Path(`/x`))', ['* with more', '* with more']],
  ['Host(a.example)', ['? with more']],
  ['Host(`a.example`) &&', ['? with more']],
  ['Host(`a.example`) | Path(`/x`)', ['? with more']],
])('%s', (match, expected) => {
  expect(short(match)).toEqual(expected)
})

test('each alternative is called by its own words', () => {
  expect(alternativesOf('Host(`a`, `b`) && (Path(`/x`) || Query(`k`, `v`))').map(({ text }) => text)).toEqual(
    [
      'Host(`a`) && Path(`/x`)',
      'Host(`b`) && Path(`/x`)',
      'Host(`a`) && Query(`k`, `v`)',
      'Host(`b`) && Query(`k`, `v`)',
    ],
  )
})

test.each([
  ['brackets without end', '('.repeat(200_000)],
  ['values without a comma and an end', `Host(${'`a` '.repeat(60)}`],
  ['more alternatives than anybody reads', Array.from({ length: 20 }, () => 'Host(`a`, `b`)').join(' && ')],
  ['the same, told by brackets', Array.from({ length: 20 }, () => '(Path(`/a`) || Path(`/b`))').join(' && ')],
])('a rule with %s is one of which nothing is known', (_, match) => {
  expect(alternativesOf(match)).toEqual([{ text: match, isPlain: false }])
})
