import { expect, test } from 'vitest'
import { wrapLines } from '../../../../src/report/text/wrap.ts'

const lines = [
  'error: service "web" not found in namespace "default", which has none of that name',
  '  see what there is:  kubectl get services -n default --context some-cluster-of-ours',
  '  --force changes it nevertheless, whatever comes of it afterwards',
]

test('breaks sentences at words with their indent, and commands so that they can be pasted', () => {
  expect(wrapLines(lines, 40)).toEqual([
    'error: service "web" not found in',
    'namespace "default", which has none of',
    'that name',
    '  see what there is:',
    '    kubectl get services -n default \\',
    '    --context some-cluster-of-ours',
    '  --force changes it nevertheless,',
    '  whatever comes of it afterwards',
  ])
})

test('leaves lines as they are where there is room', () => {
  expect(wrapLines(lines, 100)).toEqual(lines)
})
