import { describe, expect, it } from 'vitest'
import { parseFile } from '../../../../src/snapshot/files/text/document.ts'
import { locate } from '../../../../src/snapshot/files/locate.ts'

const text = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    example.com/affinity: cookie
    "example.com/affinity-mode": balanced
spec:
  rules:
  - host: a.example
  - host: b.example
`

const merged = `apiVersion: v1
kind: Service
x-common: &common
  sessionAffinity: ClientIP
  sessionAffinityConfig: &config {clientIP: {timeoutSeconds: 60}}
metadata: {name: &name shop}
spec:
  sessionAffinity: None
  type: NodePort
  <<: [{externalTrafficPolicy: Local, sessionAffinity: ClientIP}, *common]
  type: ClusterIP
status: *config
`

const placeIn = (text: string, path: string): [line: number, column: number] | undefined => {
  const [object] = parseFile('a.yaml', text, true).objects
  const found = object === undefined ? undefined : locate(object, path)
  return found === undefined ? undefined : [found.line, found.column]
}

describe('the place of a field', () => {
  it.each([
    ['metadata.name', [4, 9]],
    ['spec.rules[1].host', [11, 11]],
    ['metadata.annotations["example.com/affinity"]', [6, 27]],
    ['metadata.annotations["example.com/affinity-mode"]', [7, 34]],
    ['metadata.annotations["example.com/other"]', [5, 3]],
    ['spec.rules[7].host', [9, 3]],
    ['status', undefined],
  ] as const)('of %s', (path, expected) => {
    expect(placeIn(text, path)).toEqual(expected)
  })

  it.each([
    ['spec.sessionAffinityConfig.clientIP.timeoutSeconds', [5, 62]],
    // What is merged replaces what stands before it, and not what follows.
    ['spec.sessionAffinity', [10, 56]],
    ['spec.type', [11, 9]],
    ['status.clientIP', [5, 35]],
    ['spec.externalTrafficPolicy', [10, 32]],
    ['spec.ports', [7, 1]],
  ] as const)('that comes by an anchor is where the value stands: %s', (path, expected) => {
    expect(placeIn(merged, path)).toEqual(expected)
  })
})
