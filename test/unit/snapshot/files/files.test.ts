import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { analyseService } from '../../../../src/analysis/analyse.ts'
import { allCodes, type Code } from '../../../../src/model/findings/code.ts'
import type { Finding } from '../../../../src/model/findings/finding.ts'
import { snapshotOfFiles } from '../../../../src/snapshot/files/snapshot.ts'

const check = (text: string, named = true) => snapshotOfFiles([{ name: 'a.yaml', text, named }], 'default')
const places = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, message, position }) => `${position?.line}:${position?.column} ${code} ${message}`)
const codesOf = (text: string): string[] => check(text).findings.map(({ code }) => code)

const spec = (lines: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n${lines}`
const slice = (metadata: string, rest = ''): string =>
  `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: ${metadata}\naddressType: IPv4\nendpoints: [{addresses: [192.0.2.1]}]\n${rest}`
const labelled = '{name: web-1, labels: {kubernetes.io/service-name: web}}'

it.each([
  ['  sessionAffinityConfig: {timeoutSeconds: 3600}', 'it belongs in clientIP'],
  ['  timeoutSeconds: 3600', 'it belongs in sessionAffinityConfig.clientIP'],
  ['  nodePort: 30080', 'no such field in spec'],
])('says where a stray field belongs: %s', (lines, words) => {
  const [finding] = check(spec(lines)).findings
  expect(finding).toMatchObject({ code: 'AFF-FILE-UNKNOWN-FIELD' })
  expect(finding?.message).toContain(words)
})

/** What the checker of files reports: code → a text that has the mistake, and one that looks alike and has not. */
const grid: Partial<Record<Code, [fires: string, silent: string]>> = {
  'AFF-FILE-SYNTAX': ['a: "b', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "b"}'],
  'AFF-FILE-UNKNOWN-KIND': [
    'apiVersion: v1\nkind: Servise\nmetadata: {name: web}',
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}',
  ],
  'AFF-FILE-UNKNOWN-FIELD': [spec('  sesionAffinity: ClientIP'), spec('  sessionAffinity: ClientIP')],
  'AFF-FILE-DUPLICATE-FIELD': [spec('  type: NodePort\n  type: NodePort'), spec('  type: NodePort')],
  'AFF-FILE-MISSING-FIELD': ['kind: Service', spec('')],
  'AFF-FILE-WRONG-TYPE': [spec('  selector: {tier: 1}'), spec('  selector: {tier: "1"}')],
  'AFF-FILE-DUPLICATE-OBJECT': [
    `${spec('')}\n---\n${spec('')}`,
    `${spec('')}\n---\n${spec('').replace('name: web', 'name: other')}`,
  ],
  'AFF-SVC-BAD-VALUE': [spec('  sessionAffinity: ClusterIP'), spec('  sessionAffinity: None')],
  'AFF-EPS-NO-SERVICE-LABEL': [slice('{name: web-1}'), slice(labelled)],
  'AFF-EPS-ENDPOINTS-API': [
    'apiVersion: v1\nkind: Endpoints\nmetadata: {name: web}\nsubsets: []',
    slice(labelled),
  ],
}

describe('the checker of files', () => {
  it('names both mistakes of the manifest that circulates', () => {
    const text = [
      'apiVersion: v1',
      'kind: Service',
      'metadata:',
      '  name: sample-session-affinity',
      'spec:',
      '  type: LoadBalancer',
      '  ports:',
      '  - name: "http-port"',
      '    port: 8080',
      '    targetPort: 80',
      '    portocol: TCP',
      '    nodePort: 30084',
      '  selector:',
      '    app: sample-app',
      '  sessionAffinity: ClusterIP',
      '  sessionAffinityConfig:',
      '    clientIP:',
      '      timeoutSeconds: 10',
    ].join('\n')
    expect(places(check(text).findings)).toEqual([
      '11:5 AFF-FILE-UNKNOWN-FIELD "portocol": did you mean "protocol"?',
      '15:20 AFF-SVC-BAD-VALUE sessionAffinity "ClusterIP": must be "ClientIP" or "None"; did you mean "ClientIP"?',
    ])
  })

  it('has a case for every code that it reports', () => {
    const own = allCodes.filter((code) =>
      /^AFF-FILE-|^AFF-SVC-BAD-VALUE|^AFF-EPS-(NO-SERVICE|ENDPOINTS)/.test(code),
    )
    expect(Object.keys(grid).toSorted()).toEqual(own.toSorted())
  })

  it.each(Object.entries(grid))('%s fires', (code, [fires]) => expect(codesOf(fires)).toContain(code))
  it.each(Object.entries(grid))('%s stays silent', (code, [, silent]) =>
    expect(codesOf(silent)).not.toContain(code),
  )

  it.each([
    [
      '  type: clusterip',
      '6:9 AFF-SVC-BAD-VALUE type "clusterip": must be "ClusterIP", "NodePort", "LoadBalancer" or "ExternalName"; did you mean "ClusterIP"?',
    ],
    ['  clusterIP: None\n  type: NodePort', '6:14 AFF-SVC-BAD-VALUE clusterIP None: not with type NodePort'],
    [
      '  externalTrafficPolicy: Local',
      '6:26 AFF-SVC-BAD-VALUE externalTrafficPolicy: not with type ClusterIP',
    ],
    [
      '  sessionAffinityConfig: {clientIP: {timeoutSeconds: "10"}}',
      '6:54 AFF-FILE-WRONG-TYPE timeoutSeconds: must be a whole number, not "10"',
    ],
    [
      '  sessionAffinityConfig: {timeoutSeconds: 10}',
      '6:27 AFF-FILE-UNKNOWN-FIELD "timeoutSeconds": no such field in spec.sessionAffinityConfig; it belongs in clientIP',
    ],
    ['  publishNotReadyAddresses: yes', undefined],
    [
      '  publishNotReadyAddresses: "yes"',
      '6:29 AFF-FILE-WRONG-TYPE publishNotReadyAddresses: must be true or false, not "yes"',
    ],
    ['  selector:', undefined],
    [
      '  selector: {app.kubernetes.io/name: a b}',
      '6:38 AFF-SVC-BAD-VALUE app.kubernetes.io/name "a b": must be letters, digits, "-", "_" and ".", beginning and ending with a letter or digit',
    ],
    ['status: {loadBalancer: {ingress: x}}', '6:34 AFF-FILE-WRONG-TYPE ingress: must be a list, not x'],
  ])('reads %j', (line, expected) => {
    expect(places(check(spec(line)).findings)).toEqual(expected === undefined ? [] : [expected])
  })

  it.each([
    ['{{ app_name }}', 'fill it in, and give what comes of it to'],
    ['{{ .Values.name }}', 'helm template CHART |'],
  ])('says what makes an object of the name %s', (name, words) => {
    const [finding] = check(spec('').replace('name: web', `name: "${name}"`)).findings
    expect(finding?.mend).toEqual([
      `${words}${words.endsWith('|') ? ' ' : '  '}kubectl affinity explain -f -`,
    ])
  })

  it('says how to write a target port that is a number in quotes', () => {
    const [finding] = check(spec('').replace(/port: \d+/, '$&, targetPort: "8080"')).findings
    expect(finding).toMatchObject({
      message: 'targetPort "8080": a number goes without quotes',
      mend: ['write 8080, without quotes'],
    })
  })

  it('reads documents, Lists and JSON, and counts lines over all of them', () => {
    const item =
      '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b"}, "spec": {"ports": [{"prot": 1}]}}'
    const { findings, snapshot } = check(
      `# first\n---\n${spec('')}\n---\napiVersion: v1\nkind: List\nitems:\n- ${item}`,
    )
    expect(places(findings)).toEqual(['13:90 AFF-FILE-UNKNOWN-FIELD "prot": did you mean "port"?'])
    expect(snapshot.services.map(({ service }) => service.metadata.name)).toEqual(['web', 'b'])
  })

  it('says of a field of a wrong type that it is one, and of an empty one that it is missing', () => {
    const named = (name: string): string[] =>
      places(
        check(`apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {ports: [{port: 80}]}\n`)
          .findings,
      )
    expect(named('on')).toEqual(['3:18 AFF-FILE-WRONG-TYPE name: must be a text (in quotes), not on'])
    expect(named('""').join()).toContain('AFF-FILE-MISSING-FIELD metadata.name is missing')
    const rule = 'http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {}}}}]}'
    const front = `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{${rule}}]}\n`
    expect(codesOf(front)).toContain('AFF-FILE-MISSING-FIELD')
  })

  it('passes over what is no Kubernetes object in folders only', () => {
    expect(codesOf('replicas: 3')).toContain('AFF-FILE-SYNTAX')
    for (const text of ['replicas: 3', '- a\n- b', 'just words', 'apiVersion: v2\nname: chart']) {
      expect(check(text, false).findings, text).toEqual([])
    }
    expect(check('apiVersion: v1\nkind: Config\nusers: []').findings).toEqual([])
    expect(check('kind: Service\nmetadata: {name: web}', false).findings).toHaveLength(1)
  })

  it('finds the traps of Services without a cluster, at the line that is to blame', () => {
    const { snapshot } = check(spec('  clusterIP: None\n  sessionAffinity: ClientIP'))
    const [found] = snapshot.services
    const { findings, notPossible } = analyseService(snapshot, found!)
    expect(places(findings)).toEqual([
      '6:14 AFF-SVC-HEADLESS the Service is headless (clusterIP: None); sessionAffinity ClientIP has no effect',
    ])
    expect(notPossible.every(({ why }) => why.reason === 'not-in-files')).toBe(true)
  })

  it('compares a Service without selector with its EndpointSlice', () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports:\n  - port: 9000\n'
    const { snapshot } = check(`${service}---\n${slice(labelled, 'ports: [{port: 80}]')}`)
    const { findings } = analyseService(snapshot, snapshot.services[0]!)
    expect(places(findings)).toEqual(
      ['6:11 AFF-EPS-PORT-DIFFERS port 80 leads to 80, as the EndpointSlice says, not to 9000'].map((line) =>
        line.replace('port 80 leads', 'port 9000 leads'),
      ),
    )
  })
})

describe('whatever a file holds', () => {
  const analyseAll = (text: string): Finding[] => {
    const { snapshot, findings } = check(text)
    return [...findings, ...snapshot.services.flatMap((one) => analyseService(snapshot, one).findings)]
  }
  const isWithin = (text: string, { position }: Finding): boolean => {
    const lines = text.split('\n')
    return (
      position !== undefined &&
      position.line >= 1 &&
      position.line <= lines.length + 1 &&
      position.column >= 1
    )
  }

  it('it is read without an error, and findings stand in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const finding of analyseAll(text)) expect(isWithin(text, finding)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, 'ClientIP', 'None', '', 80, -1, 1.5, 'x'),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'name',
          'port',
          'ports',
          'clientIP',
          'timeoutSeconds',
          'addresses',
          'labels',
          'selector',
          'x',
        ),
        tie('any'),
        { maxKeys: 4 },
      ),
    ),
  })).any

  it('objects of any shape are looked at without an error', () => {
    const fields = fc.dictionary(
      fc.constantFrom(
        'type',
        'ports',
        'selector',
        'clusterIP',
        'sessionAffinity',
        'sessionAffinityConfig',
        'externalName',
        'externalIPs',
        'externalTrafficPolicy',
      ),
      value,
    )
    const head = fc.constantFrom(
      { apiVersion: 'v1', kind: 'Service' },
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
    )
    const metadata = fc.oneof(
      value,
      fc.constant({ name: 'web', labels: { 'kubernetes.io/service-name': 'web' } }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(head, metadata, fields, value), { maxLength: 4 }), (objects) => {
        const text = objects
          .map(([type, meta, spec, endpoints]) => stringify({ ...type, metadata: meta, spec, endpoints }))
          .join('---\n')
        for (const finding of analyseAll(text)) expect(isWithin(text, finding)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('a misspelt field is named with the field that is meant, and where it stands', () => {
    const known = [
      'sessionAffinity',
      'externalTrafficPolicy',
      'publishNotReadyAddresses',
      'internalTrafficPolicy',
    ]
    const typo = fc
      .tuple(fc.constantFrom(...known), fc.nat(), fc.constantFrom('drop', 'double', 'swap'))
      .map(([word, index, kind]) => {
        const at = 1 + (index % (word.length - 2))
        const [before, letter, after] = [word.slice(0, at), word[at] ?? '', word.slice(at + 1)]
        if (kind === 'drop') return [word, before + after] as const
        return [
          word,
          kind === 'double'
            ? before + letter + letter + after
            : before + (after[0] ?? '') + letter + after.slice(1),
        ] as const
      })
    fc.assert(
      fc.property(typo, ([word, written]) => {
        fc.pre(word !== written)
        expect(places(check(spec(`  ${written}: x`)).findings)).toEqual([
          `6:3 AFF-FILE-UNKNOWN-FIELD "${written}": did you mean "${word}"?`,
        ])
      }),
    )
  })
})
