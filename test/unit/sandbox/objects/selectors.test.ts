import { describe, expect, test } from 'vitest'
import { fieldSelector, labelSelector } from '../../../../src/sandbox/objects/selectors.ts'

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', uid: '1', resourceVersion: '1', labels: { app: 'web', tier: 'front' } },
  spec: { nodeName: 'node1' },
}

describe('selectors', () => {
  const labels: [string, boolean][] = [
    ['app=web', true],
    ['app==web,tier!=back', true],
    ['app in (web, api),tier notin (back)', true],
    ['app notin (web)', false],
    ['app,!gone', true],
    ['gone', false],
    ['gone!=x', true],
    ['', true],
  ]
  for (const [text, expected] of labels) {
    test(`labels: ${text || '(none)'}`, () => expect(labelSelector(text)(pod)).toBe(expected))
  }

  test('fields', () => {
    expect(fieldSelector('metadata.name=a,spec.nodeName!=node2')(pod)).toBe(true)
    expect(fieldSelector('spec.nodeName=node2')(pod)).toBe(false)
  })

  test('what cannot be read is refused', () => {
    expect(() => labelSelector('a b')).toThrow(/unable to parse requirement/)
    expect(() => fieldSelector('a')).toThrow(/invalid selector/)
  })
})
