import { describe, expect, it } from 'vitest'
import { mendsInCluster, mendsInFiles } from '../../../src/analysis/mends.ts'
import type { Deed, Mend } from '../../../src/model/findings/mend.ts'

const of = { kind: 'Service', namespace: 'b', name: 'a' }
const ingress = { kind: 'Ingress', group: 'networking.k8s.io', namespace: 'b', name: 'a' }
const service = { namespace: 'b', name: 'a' }

const fields = (spec: Extract<Deed, { kind: 'fields' }>['fields']): Mend => ({
  deed: { kind: 'fields', of, fields: { spec } },
})
const annotation = (key: string, value: string | null): Mend => ({
  deed: { kind: 'annotation', of: ingress, marks: { [key]: value } },
})

describe('what mends a finding', () => {
  it.each<[mend: Mend, command: string, edit: string | undefined]>([
    ['use one port', 'use one port', 'use one port'],
    [
      fields({ externalTrafficPolicy: 'Local' }),
      `kubectl patch service a -n b -p '{"spec":{"externalTrafficPolicy":"Local"}}'`,
      'set externalTrafficPolicy: Local',
    ],
    [
      fields({ x: null, y: false }),
      `kubectl patch service a -n b --type merge -p '{"spec":{"x":null,"y":false}}'`,
      'remove x, set y: false',
    ],
    [
      { say: 'unless that is meant', deed: { kind: 'fields', of, fields: { spec: { x: 'Y z' } } } },
      `unless that is meant:  kubectl patch service a -n b -p '{"spec":{"x":"Y z"}}'`,
      'unless that is meant:  set x: "Y z"',
    ],
    [
      annotation('example.com/path', '/'),
      'kubectl annotate ingress a -n b example.com/path=/',
      'set the annotation example.com/path: /',
    ],
    [
      annotation('example.com/on', 'true'),
      'kubectl annotate ingress a -n b example.com/on=true',
      'set the annotation example.com/on: "true"',
    ],
    [
      annotation('example.com/hash', '$remote_addr'),
      "kubectl annotate ingress a -n b example.com/hash='$remote_addr'",
      'set the annotation example.com/hash: $remote_addr',
    ],
    [
      annotation('example.com/words', "it's"),
      String.raw`kubectl annotate ingress a -n b example.com/words='it'\''s'`,
      "set the annotation example.com/words: it's",
    ],
    [
      { deed: { kind: 'annotation', of: ingress, marks: { 'example.com/path': '/' }, replaces: true } },
      'kubectl annotate ingress a -n b example.com/path=/ --overwrite',
      'set the annotation example.com/path: /',
    ],
    [
      { deed: { kind: 'annotation', of, marks: { 'example.com/x': '1', 'example.com/z': null } } },
      'kubectl annotate service a -n b example.com/x=1 example.com/z-',
      'set the annotation example.com/x: "1" and remove the annotation example.com/z',
    ],
    [
      { deed: { kind: 'label', of, marks: { 'example.com/name': null } } },
      'kubectl label service a -n b example.com/name-',
      'remove the label example.com/name',
    ],
    [
      { deed: { kind: 'delete', of: { kind: 'EndpointSlice', namespace: 'b', name: 'a' } } },
      'kubectl delete endpointslice a -n b',
      'remove endpointslice/a',
    ],
    [
      { deed: { kind: 'affinity', of: service, to: { timeoutSeconds: 1800 } } },
      'kubectl affinity enable svc/a -n b --timeout 30m',
      'set sessionAffinityConfig: {clientIP: {timeoutSeconds: 1800}}',
    ],
    [
      { deed: { kind: 'affinity', of: service, to: 'on' } },
      'kubectl affinity enable svc/a -n b',
      'set sessionAffinity: ClientIP',
    ],
    [
      { deed: { kind: 'affinity', of: service, to: 'off' } },
      'kubectl affinity disable svc/a -n b',
      'remove sessionAffinity and sessionAffinityConfig',
    ],
    [
      { deed: { kind: 'make', command: 'kubectl affinity external a' } },
      'kubectl affinity external a',
      'kubectl affinity external a',
    ],
    [
      { say: 'see them', deed: { kind: 'run', command: 'kubectl get pods' } },
      'see them:  kubectl get pods',
      undefined,
    ],
  ])('%#', (mend, command, edit) => {
    expect(mendsInCluster([mend])).toEqual([command])
    const place = typeof mend !== 'string' && 'of' in mend.deed ? { kind: 'Service', ...mend.deed.of } : of
    expect(mendsInFiles([mend], place)).toEqual(edit === undefined ? [] : [edit])
  })

  it('names the object to edit where the finding stands at another', () => {
    const deed = annotation('example.com/path', '/')
    expect(mendsInFiles([deed], ingress)).toEqual(['set the annotation example.com/path: /'])
    expect(mendsInFiles([deed], of)).toEqual(['set the annotation example.com/path: / on ingress/a'])
    expect(mendsInFiles([fields({ x: 1 })], ingress)).toEqual(['set x: 1 on service/a'])
  })
})
