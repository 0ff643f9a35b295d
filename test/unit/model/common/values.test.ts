import { describe, expect, it } from 'vitest'
import { defined } from '../../../../src/model/common/values.ts'

describe('defined', () => {
  it('leaves out what is undefined, and nothing else', () => {
    const fields = defined({ zero: 0, name: undefined, empty: '', none: null, no: false })
    expect(Object.entries(fields)).toEqual([
      ['zero', 0],
      ['empty', ''],
      ['none', null],
      ['no', false],
    ])
  })
})
