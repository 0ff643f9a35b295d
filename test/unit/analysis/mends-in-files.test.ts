import { describe, expect, it } from 'vitest'
import { mendsInFiles } from '../../../src/analysis/mends-in-files.ts'

const position = { file: 'web.yaml', line: 1, column: 1 }

describe('what mends a finding about a file', () => {
  it.each<[string, string[]]>([
    ['let what belongs together use one port', ['let what belongs together use one port']],
    [
      `kubectl patch service a -n b -p '{"spec":{"externalTrafficPolicy":"Local"}}'`,
      ['set externalTrafficPolicy: Local'],
    ],
    [
      `kubectl patch service a -n b --type merge -p '{"spec":{"x":null,"y":false}}'`,
      ['remove x, set y: false'],
    ],
    [
      `unless that is meant:  kubectl patch service a -n b -p '{"spec":{"x":"Y z"}}'`,
      ['unless that is meant:  set x: "Y z"'],
    ],
    ['kubectl annotate ingress a -n b example.com/path=/', ['set the annotation example.com/path: /']],
    ['kubectl annotate ingress a -n b example.com/on=true', ['set the annotation example.com/on: "true"']],
    [
      'kubectl annotate ingress a -n b example.com/path=/ --overwrite',
      ['set the annotation example.com/path: /'],
    ],
    [
      `kubectl annotate service a -n b example.com/x=1 example.com/y='b c' example.com/z-`,
      [
        'set the annotation example.com/x: "1", set the annotation example.com/y: b c, remove the annotation example.com/z',
      ],
    ],
    ['kubectl annotate ingress a -n b example.com/path-', ['remove the annotation example.com/path']],
    ['kubectl label service a -n b example.com/name-', ['remove the label example.com/name']],
    ['kubectl delete endpointslice a -n b', ['remove endpointslice/a']],
    [
      'kubectl affinity enable svc/a -n b --timeout 30m',
      ['set sessionAffinityConfig: {clientIP: {timeoutSeconds: 1800}}'],
    ],
    ['kubectl affinity enable svc/a -n b', ['set sessionAffinity: ClientIP']],
    ['kubectl affinity disable svc/a -n b', ['remove sessionAffinity and sessionAffinityConfig']],
    [
      'kubectl affinity enable ingress/a -n b --cookie route',
      ['kubectl affinity enable -f web.yaml --cookie route --dry-run=client -o yaml'],
    ],
    [
      'kubectl affinity external a -n b --port 80 --to 192.0.2.1',
      ['kubectl affinity external a -n b --port 80 --to 192.0.2.1'],
    ],
    ['kubectl affinity probe svc/a -n b --port 81', []],
    ['see them:  kubectl get pods -n b -l app=a', []],
  ])('%s', (mend, expected) => {
    expect(mendsInFiles([mend], position)).toEqual(expected)
  })
})
