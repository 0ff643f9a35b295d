import { expect, it } from 'vitest'
import { shellWord } from '../../../../../src/model/common/words/shell.ts'

it.each([
  ['manifests/shop.yaml', 'manifests/shop.yaml'],
  ['my shop', "'my shop'"],
  ["it's", String.raw`'it'\''s'`],
  ['$(id)', "'$(id)'"],
  [String.raw`C:\shop\my files`, String.raw`"C:\shop\my files"`],
  // A shell would take these for something else between double quotes.
  ['C:\\shop\\', "'C:\\shop\\'"],
  [String.raw`\\server\shop`, String.raw`'\\server\shop'`],
  ['C:\\$x', "'C:\\$x'"],
  ['', "''"],
])('%j as one word is %s', (text, word) => {
  expect(shellWord(text)).toBe(word)
})
