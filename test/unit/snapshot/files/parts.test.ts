import { expect, test } from 'vitest'
import { parseFile } from '../../../../src/snapshot/files/text/document.ts'
import { unreadable } from '../../../differential/yaml.ts'

const read = (text: string): { names: unknown[]; said: string[] } => {
  const { objects, findings } = parseFile('x.yaml', text, true)
  return {
    names: objects.map(({ value }) => (value['metadata'] as { name?: unknown } | undefined)?.name),
    said: findings.map(
      ({ code, position, message }) => `${position?.line}:${position?.column} ${code} ${message}`,
    ),
  }
}
const object = (name: string): string => `{"kind": "Service", "metadata": {"name": "${name}"}}`

test.each(Object.entries(unreadable))('%s is found, and once', (_, text) => {
  expect(read(text).said).toEqual([expect.stringContaining('AFF-FILE-SYNTAX')])
})

test('places are those of the file, whatever it is taken apart at', () => {
  const text = `# one\r\n---\r\n${object('a')}\r\n---\r\nkind: x\r\n\t# tab\r\n---\r\n${object('b')} ${object('c')} x: [`
  expect(read(text)).toEqual({
    names: ['a', 'b'],
    said: [
      '6:1 AFF-FILE-SYNTAX a tab cannot stand here: indent with spaces',
      expect.stringMatching(/^8:9\d /),
    ],
  })
})

test('what follows the end of a document is nothing to kubectl, which is said', () => {
  expect(read('metadata: {name: a}\n...\nmetadata: {name: b}\n')).toEqual({
    names: ['a'],
    said: ['3:1 AFF-FILE-SYNTAX kubectl does not read what follows "..."'],
  })
  expect(read('metadata: {name: a}\n...\n# the end\n').said).toEqual([])
})

test('what stands behind a document mark ends the reading, and what was read before stays', () => {
  expect(read('metadata: {name: a}\n--- two\nmetadata: {name: b}\n---\nmetadata: {name: c}\n')).toEqual({
    names: ['a'],
    said: ['2:1 AFF-FILE-SYNTAX nothing but a comment may stand beside ---'],
  })
})
