import { expect, it } from 'vitest'
import type { Explanation } from '../../../src/analysis/analyse.ts'
import { keepsOtherwise } from '../../../src/change/around/remarks.ts'
import { explainedText } from '../mechanisms/explained.ts'
import { ingress, nginx, nginxClass, serviceAt, together } from '../mechanisms/variant-objects.ts'

async function explainedWith(annotations: Record<string, string>): Promise<Explanation> {
  const front = ingress('front', nginx(annotations), [['/', 'web']])
  const { explanations } = await explainedText(together(nginxClass, serviceAt('web'), front))
  const [first] = explanations
  if (first === undefined) throw new Error('nothing was explained')
  return first
}

it('a cookie that browsers refuse keeps clients as little as none', async () => {
  const none = await explainedWith({})
  const refused = await explainedWith({ affinity: 'cookie', 'session-cookie-domain': 'other.example' })
  const kept = await explainedWith({ affinity: 'cookie', 'session-cookie-domain': 'shop.example' })
  expect(keepsOtherwise(none, refused)).toBe(false)
  expect(keepsOtherwise(none, kept)).toBe(true)
})
