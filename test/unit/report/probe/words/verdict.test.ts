import { expect, test } from 'vitest'
import { inconclusiveWords } from '../../../../../src/report/probe/words/inconclusive.ts'
import { verdictSentence } from '../../../../../src/report/probe/words/verdict.ts'
import { fixtures } from '../fixtures.ts'
import { defined } from '../../../../../src/model/common/values.ts'

test.each(['broken', 'too-few-requests'] as const)('%s: what chance always does explains nothing', (name) => {
  const result = fixtures[name]!()
  const sentence = (errorProbability: number): string =>
    verdictSentence({ ...result, verdict: { ...result.verdict, errorProbability } }).replaceAll('\u00A0', ' ')
  expect(sentence(1e-4)).toMatch(/p < 1e-3/)
  expect(sentence(0.01)).toMatch(/p = 0\.01/)
  expect(sentence(1)).not.toMatch(/p = /)
})

test('a pod may have answered by words that name nobody: it is not said that it did not', () => {
  const result = fixtures['sticky-switch']!()
  const failures = { result: 'inconclusive', reason: 'failures' } as const
  const verdict = {
    ...result.verdict,
    ...failures,
    behaviour: 'inconclusive' as const,
    unheard: ['web-1'],
  }
  expect(verdictSentence({ ...result, verdict }).replaceAll('\u00A0', ' ')).toContain(
    'no answer is known to be of web-1',
  )
})

test.each([
  ['http', { protocol: 5 }, /is not HTTP.*--scheme tcp/],
  ['http', { protocol: 2, refused: 3 }, /listen on the target port/],
  ['https', { tls: 5 }, /speaks TLS.*--scheme http/],
  ['http', { timeout: 5 }, /network policy/],
] as const)('%s, nobody answered: %o', (scheme, outcomes, advice) => {
  const result = fixtures['no-answers']!()
  const totals = { ...result.totals, requests: 5, answered: 0 }
  const asked = { ...result, totals, outcomes, request: { ...result.request, scheme } }
  expect(inconclusiveWords(asked).advice).toMatch(advice)
})

test.each([
  [true, /may not be the one that answers/],
  [undefined, /another pod when it is asked directly/],
])('one name that is open: %s', (isNameOpen, summary) => {
  const result = fixtures['sticky-switch']!()
  const verdict = { ...result.verdict, behaviour: 'inconclusive', reason: 'one-name' } as const
  const backends = result.backends.slice(0, 1)
  expect(inconclusiveWords({ ...result, backends, verdict, ...defined({ isNameOpen }) }).summary).toMatch(
    summary,
  )
})

test.each([
  ['uneven-shares', /^one pod got \d+\s?% of the answers: that is what weights do/, /--clients 4$/],
  ['clustered', /^pods seem to be kept for a while, which chance does with p = 0\.01: /, /--requests/],
  ['moves', /^pods went so often that the few requests between prove nothing$/, /--interval$/],
  ['silences', /^most of \d+ connections came when affinity may have been over/, /shorter --interval$/],
  ['failures', /reached no pod that is known, and any pod may have been picked for them: /, /--fingerprint/],
  ['one-connection', /went over \d+ connections, and a connection stays with its pod$/, /--keep-alive$/],
] as const)('%s is told with what to do', (reason, summary, advice) => {
  const result = fixtures['sticky-switch']!()
  const verdict = {
    ...result.verdict,
    behaviour: 'inconclusive',
    errorProbability: 0.01,
    reason,
  } as const
  const words = inconclusiveWords({ ...result, verdict })
  expect(words.summary.replaceAll('\u00A0', ' ')).toMatch(summary)
  expect(words.advice).toMatch(advice)
})

test('datagrams of one port are kept together', () => {
  const result = fixtures['sticky-switch']!()
  const verdict = { ...result.verdict, behaviour: 'inconclusive', reason: 'one-connection' } as const
  const asked = { ...result, verdict, request: { ...result.request, scheme: 'udp' as const } }
  expect(inconclusiveWords({ ...asked, totals: { ...result.totals, connections: 1 } }).summary).toMatch(
    /came from one port, and what comes from one port is kept together, affinity or not$/,
  )
})
