import { expect, test } from 'vitest'
import { type FactType, known, storeOf, storeWith } from '../../../../src/model/cluster/store.ts'

const base: FactType<number> = { name: 'base', what: 'the base' }

/** Twice the base; counts how often it is worked out. */
function twice(isOfOne: boolean): { type: FactType<number>; times: () => number } {
  let times = 0
  return {
    type: {
      name: 'twice',
      what: 'twice the base',
      isOfOne,
      derive: (store) => {
        times++
        const fact = store.fact(base)
        return fact.known ? known(fact.value * 2) : fact
      },
    },
    times: () => times,
  }
}

const all = storeOf(new Map(), new Map([[base.name, known(1)]]))

test('what is worked out for one object is so once for each', () => {
  const { type, times } = twice(true)
  const [one, other] = [3, 5].map((value) => storeWith(all, new Map([[base.name, known(value)]])))
  expect([one?.fact(type), one?.fact(type), other?.fact(type)]).toEqual([known(6), known(6), known(10)])
  expect(times()).toBe(2)
})

test('what is worked out for all is so once, whoever asks', () => {
  const { type, times } = twice(false)
  const one = storeWith(all, new Map([[base.name, known(3)]]))
  expect([one.fact(type), all.fact(type)]).toEqual([known(2), known(2)])
  expect(times()).toBe(1)
})

test('what nobody asked for is unknown in it, too', () => {
  expect(storeWith(storeOf(new Map()), new Map()).fact(base)).toMatchObject({ known: false })
})
