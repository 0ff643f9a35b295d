import fc from 'fast-check'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { jsonText } from '../../../../src/report/text/json.ts'
import { yamlText } from '../../../../src/report/text/yaml.ts'

const hostile =
  'a\u001B]0;owned\u0007 \u009B31m \u202Etxt\u2066 \u{E0041}\u0085\u2028 tab\there\nline\r\u007F\u00A0'

/** What moves a cursor, sets colours or reorders text; line breaks are the format's own. */
// oxlint-disable-next-line no-control-regex -- these are meant
const dangerous = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]|\u{E0041}/u

describe('reports for programs mean what they meant, and move no cursor', () => {
  test('as JSON', () => {
    for (const indent of [undefined, 4]) {
      const text = jsonText({ [hostile]: [hostile, 1, null] }, indent)
      expect(text).not.toMatch(dangerous)
      expect(JSON.parse(text)).toStrictEqual({ [hostile]: [hostile, 1, null] })
    }
  })

  test('as YAML', () => {
    const value = { [hostile]: [hostile, 1, null], plain: 'yes', nested: { words: `multi\nline ${hostile}` } }
    for (const options of [{}, { indentSeq: false }]) {
      const text = yamlText(value, options)
      expect(text).not.toMatch(dangerous)
      expect(parse(text)).toStrictEqual(value)
    }
  })

  test('whatever the words are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (word) => {
        expect(JSON.parse(jsonText([word], 4))).toStrictEqual([word])
        expect(parse(yamlText({ word }))).toStrictEqual({ word })
      }),
    )
  })
})
