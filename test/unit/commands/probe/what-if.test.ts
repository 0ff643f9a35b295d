import { describe, expect, test } from 'vitest'
import { parseWhatIf } from '../../../../src/commands/probe/flags/what-if.ts'

describe('what can be asked', () => {
  const good: [string[], object][] = [
    [['timeout=5s'], { timeoutSeconds: 5 }],
    [['timeout=90'], { timeoutSeconds: 90 }],
    [['timeout=24h'], { timeoutSeconds: 86_400 }],
    [['affinity=None'], { sessionAffinity: 'None' }],
    [['affinity=ClientIP,timeout=1m'], { sessionAffinity: 'ClientIP', timeoutSeconds: 60 }],
    [['timeout=5s', 'internalTrafficPolicy=Local'], { timeoutSeconds: 5, internalTrafficPolicy: 'Local' }],
  ]
  for (const [texts, change] of good)
    test(texts.join(' '), () => expect(parseWhatIf(texts)).toStrictEqual(change))

  const bad: [string[], RegExp][] = [
    [['timeout'], /"timeout" for "--what-if" flag: must be KEY=VALUE/],
    [['=5s'], /must be KEY=VALUE/],
    [['timeout='], /must be KEY=VALUE/],
    [['timeout=5s,'], /must be KEY=VALUE/],
    [['timeout=soon'], /whole seconds from 1s to 24h/],
    [['timeout=0'], /whole seconds/],
    [['timeout=1500ms'], /whole seconds/],
    [['timeout=25h'], /whole seconds/],
    [['externalTrafficPolicy=Local'], /for clients outside the cluster/],
    [['timeuot=5s'], /did you mean timeout\?/],
    [['toString=5s'], /the key must be one of/],
    [['affinity=clientip'], /must be ClientIP or None; did you mean ClientIP\?/],
    [['affinity=cookie'], /must be ClientIP or None$/],
    [['timeout=5s', 'timeout=6s'], /timeout is given twice/],
    [['affinity=None,timeout=5s'], /without affinity there is no timeout/],
  ]
  for (const [texts, words] of bad)
    test(`not ${texts.join(' ')}`, () => expect(() => parseWhatIf(texts)).toThrow(words))
})
