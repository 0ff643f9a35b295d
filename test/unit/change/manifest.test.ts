import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { editManifest } from '../../../src/change/manifest/edit.ts'
import { editFiles, serviceEdit } from '../../../src/change/manifest/files.ts'
import type { ChangeRequest } from '../../../src/model/affinity/change.ts'
import { kubectlSchema } from '../../../src/snapshot/files/text/tags.ts'

const enable: ChangeRequest = { verb: 'enable', timeoutSeconds: 1800 }
const enableDefault: ChangeRequest = { verb: 'enable' }
const disable: ChangeRequest = { verb: 'disable' }

const edit = (text: string, request: ChangeRequest): string =>
  editManifest(text, serviceEdit(request), 'x.yaml').text

/** The lines that a change took out (`-`) and put in (`+`), where both sides are otherwise the same. */
function changedLines(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  const rest = Math.min(old.length, now.length) - start
  while (end < rest && old.at(-1 - end) === now.at(-1 - end)) end++
  return [
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
  ]
}

const plain = `# the shop's front door
apiVersion: v1
kind: Service
metadata:
  name: web   # do not rename
spec:
  selector: {app: "web"}
  # people know this port
  ports:
  - port: 80
    targetPort:   'http'
  # the end
---
kind: ConfigMap
apiVersion: v1
metadata: {name: x}
data:
  a: |
    spec:
      sessionAffinity: None
`

describe('a manifest', () => {
  it('gets the field at the end of its spec, indented as its neighbours', () => {
    expect(changedLines(plain, edit(plain, enable))).toStrictEqual([
      '+  sessionAffinity: ClientIP',
      '+  sessionAffinityConfig:',
      '+    clientIP:',
      '+      timeoutSeconds: 1800',
    ])
    expect(changedLines(plain, edit(plain, enableDefault))).toStrictEqual(['+  sessionAffinity: ClientIP'])
  })

  it('has the field replaced where it stands, with its quotes and its comment', () => {
    const text = plain.replace(
      '  # people',
      '  sessionAffinity: "None" # for now\n  type: ClusterIP\n  # people',
    )
    expect(changedLines(text, edit(text, enableDefault))).toStrictEqual([
      '-  sessionAffinity: "None" # for now',
      '+  sessionAffinity: "ClientIP" # for now',
    ])
  })

  it('keeps a timeout that is not asked to change, and changes only the number where it is', () => {
    const text = plain.replace(
      '  # people',
      '  sessionAffinity: ClientIP\n  sessionAffinityConfig:\n    clientIP:\n      # short\n      timeoutSeconds: 5 # s\n  # people',
    )
    expect(edit(text, enableDefault)).toBe(text)
    expect(changedLines(text, edit(text, enable))).toStrictEqual([
      '-      timeoutSeconds: 5 # s',
      '+      timeoutSeconds: 1800 # s',
    ])
    expect(changedLines(text, edit(text, disable))).toStrictEqual([
      '-  sessionAffinity: ClientIP',
      '-  sessionAffinityConfig:',
      '-    clientIP:',
      '-      # short',
      '-      timeoutSeconds: 5 # s',
      '+  sessionAffinity: None',
    ])
  })

  it('that is off stays byte by byte as it is when affinity is disabled', () => {
    expect(edit(plain, disable)).toBe(plain)
  })

  it('without a newline at its end gets none', () => {
    const text = 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n    type: ClusterIP'
    const on = edit(text, enable)
    expect(on).toBe(
      `${text}\n    sessionAffinity: ClientIP\n    sessionAffinityConfig:\n      clientIP:\n        timeoutSeconds: 1800`,
    )
    expect(edit(on, disable)).toBe(`${text}\n    sessionAffinity: None`)
  })

  it('keeps Windows line ends', () => {
    const text = plain.replaceAll('\n', '\r\n')
    const on = edit(text, enable)
    expect(on.replaceAll('\r\n', '')).not.toContain('\n')
    expect(on.replaceAll('\r\n', '\n')).toBe(edit(plain, enable))
  })

  it('in JSON stays JSON, compact or not', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'a' },
      spec: { ports: [{ port: 80 }], type: 'ClusterIP' },
    }
    const config = { clientIP: { timeoutSeconds: 1800 } }
    const wanted = {
      ...object,
      spec: { ...object.spec, sessionAffinity: 'ClientIP', sessionAffinityConfig: config },
    }
    for (const indent of [0, 1, 2, 4, '\t']) {
      const on = edit(JSON.stringify(object, undefined, indent), enable)
      expect(JSON.parse(on)).toStrictEqual(wanted)
      expect(JSON.parse(edit(on, disable))).toStrictEqual({
        ...object,
        spec: { ...object.spec, sessionAffinity: 'None' },
      })
    }
    expect(edit(JSON.stringify(object), enable)).toMatch(/"type":"ClusterIP","sessionAffinity":"ClientIP",/)
    expect(edit(JSON.stringify(object, undefined, 2), enableDefault)).toMatch(
      /\n {4}"type": "ClusterIP",\n {4}"sessionAffinity": "ClientIP"\n {2}}/,
    )
  })

  it('of a List has all its Services changed', () => {
    const text = `kind: List\napiVersion: v1\nitems:\n- kind: Service\n  apiVersion: v1\n  metadata: {name: a}\n  spec: {type: NodePort}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: b}\n  spec:\n    type: ClusterIP\n- kind: Pod\n  apiVersion: v1\n  metadata: {name: c}\n`
    const { text: on, edited } = editManifest(text, serviceEdit(enableDefault), 'x')
    expect(edited.map(({ before, changed }) => [before.metadata.name, changed])).toStrictEqual([
      ['a', true],
      ['b', true],
    ])
    expect(on).toContain('spec: {type: NodePort, sessionAffinity: ClientIP}')
    expect(on).toContain('    type: ClusterIP\n    sessionAffinity: ClientIP\n- kind: Pod')
  })

  it('with an anchor that contains itself is refused', () => {
    const text = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: &s\n  x: *s\n'
    expect(() => editManifest(text, () => ({ spec: { sessionAffinity: 'ClientIP' } }), 'web.yaml')).toThrow(
      'web.yaml:5:6: the value of anchor s contains itself',
    )
  })

  it('that shares parts by anchors has the Service changed, and not what others share', () => {
    const shared = `apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: &s\n  type: ClusterIP\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {type: ClusterIP}\n`
    expect(edit(shared, enableDefault)).toContain('spec: &s\n  type: ClusterIP\n  sessionAffinity: ClientIP')
    const list = `kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}, spec: &s {type: ClusterIP}}\n- {apiVersion: v1, kind: Service, metadata: {name: b}, spec: *s}\n`
    expect(edit(list, enableDefault)).toContain('spec: {<<: *s, sessionAffinity: ClientIP}')
    const merged = `apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: &l {x: y}}\nspec:\n  <<: {type: NodePort}\n  selector: *l\n`
    expect(edit(merged, enableDefault)).toBe(`${merged}  sessionAffinity: ClientIP\n`)
  })

  it('for a load balancer that would refuse it is warned of', () => {
    const text =
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  annotations: {service.beta.kubernetes.io/aws-load-balancer-type: nlb}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n'
    const { notices } = editFiles([{ name: 'a.yaml', text, named: true }], { verb: 'enable' })
    expect(notices).toEqual([
      {
        about: 'service/a',
        notice: expect.objectContaining({ message: expect.stringContaining('AFF-SVC-LB-REFUSED') }),
      },
    ])
    const done = editFiles([{ name: 'a.yaml', text, named: true }], { verb: 'disable' })
    expect(done.notices).toEqual([])
  })

  it('that cannot be changed alone says who shares it, and where', () => {
    const list = `kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}, spec: &s {type: ClusterIP}}\n- {apiVersion: v1, kind: Other, metadata: {name: b}, spec: *s}\n`
    const onlyService = (object: { kind?: unknown }) =>
      object.kind === 'Service' ? { spec: { sessionAffinity: 'ClientIP' } } : undefined
    expect(() => editManifest(list, onlyService, 'web.yaml')).toThrow(
      expect.objectContaining({ hints: [expect.stringContaining('(*s in web.yaml:5:60)')] }),
    )
  })

  it.each([
    ['enable', '', enableDefault],
    ['a timeout', '  sessionAffinityConfig:\n    clientIP:\n      timeoutSeconds: 1800\n', enable],
    ['disable', '  sessionAffinity: None\n  sessionAffinityConfig: null\n', disable],
  ])('that has affinity by a merge is overridden where the Service stands: %s', (_, written, request) => {
    const text = `x-common: &common\n  sessionAffinity: ClientIP\n  sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  <<: *common\n  selector: {app: a}\n`
    expect(edit(text, request)).toBe(text + written)
  })

  it('of which all comes by a merge gets a spec of its own', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: v1\n  kind: Service\n  metadata: &m {name: a}\n  spec: {selector: {app: "a,b"}}\n- <<: *a\n  metadata: {<<: *m, name: b}\n`
    expect(edit(text, enableDefault)).toContain(
      '  metadata: {<<: *m, name: b}\n  spec:\n    selector:\n      app: a,b\n    sessionAffinity: ClientIP\n',
    )
  })

  it('is read as kubectl reads it: a merge replaces what stands before it', () => {
    const text = `apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  sessionAffinity: ClientIP\n  <<: {sessionAffinity: None}\n  selector: {app: a}\n`
    expect(edit(text, enableDefault)).toBe(
      text.replace('  sessionAffinity: ClientIP\n', '') + '  sessionAffinity: ClientIP\n',
    )
  })

  it('that is no YAML is refused with line and column', () => {
    expect(() => edit('a: b\n  c: d\n', enable)).toThrow(/^x\.yaml:1:4: /)
    expect(() => edit('a: 1\n---\nb: *nobody\n', enable)).toThrow(/^x\.yaml: .*nobody/)
    expect(() => edit('apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n', enable)).toThrow(
      'x.yaml:4:6: this Service has no spec',
    )
  })
})

/**
 * `<<` as a key would merge what follows it; `y` and `Y` are one key, as `1` and `01` are. What stays text when it is written
 * without quotes, or is written with them, is itself.
 */
const keys = fc.string({ minLength: 1 }).filter((key) => {
  const read: unknown = parse(stringify(key), { version: '1.1', schema: kubectlSchema })
  return key !== '<<' && read === key
})

/** Any Service that the API would take for one, with neighbours of every shape. */
const services = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('Service'),
  metadata: fc.record({
    name: fc.constantFrom('a', 'web-1'),
    labels: fc.dictionary(keys, fc.string(), { minKeys: 1 }),
  }),
  spec: fc
    .record(
      {
        a: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean()),
        sessionAffinity: fc.constantFrom('None', 'ClientIP'),
        ports: fc.array(fc.record({ port: fc.nat(), name: fc.string() }), { minLength: 1, maxLength: 3 }),
        sessionAffinityConfig: fc.record({ clientIP: fc.record({ timeoutSeconds: fc.nat() }) }),
        selector: fc.dictionary(keys, fc.string({ maxLength: 100 }), { minKeys: 1 }),
        z: fc.oneof(fc.array(fc.string(), { minLength: 1 }), fc.lorem({ maxCount: 40 })),
      },
      { requiredKeys: ['a'] },
    )
    .chain((spec) => fc.shuffledSubarray(Object.entries(spec), { minLength: Object.keys(spec).length }))
    .map((entries) => Object.fromEntries(entries)),
})

const requests: fc.Arbitrary<ChangeRequest> = fc.oneof(
  fc.constant(disable),
  fc.constant(enableDefault),
  fc.integer({ min: 1, max: 86_400 }).map((timeoutSeconds) => ({ verb: 'enable' as const, timeoutSeconds })),
)

const layouts = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
  defaultKeyType: fc.constant('PLAIN' as const),
  collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
})

describe('a manifest that is wrong already', () => {
  const service = (spec: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n${spec}`
  const set = (text: string): string =>
    editManifest(text, serviceEdit({ verb: 'enable', timeoutSeconds: 1800 }), 'a.yaml').text

  it('loses a field that stands in sessionAffinityConfig by mistake, as the API would refuse it', () => {
    const text = service('  sessionAffinity: ClientIP\n  sessionAffinityConfig:\n    timeoutSeconds: 3600\n')
    expect(set(text)).toBe(
      service(
        '  sessionAffinity: ClientIP\n  sessionAffinityConfig:\n    clientIP:\n      timeoutSeconds: 1800\n',
      ),
    )
  })

  it('loses one that stands in the object, its metadata or its spec by mistake', () => {
    const right =
      '  sessionAffinity: ClientIP\n  sessionAffinityConfig:\n    clientIP:\n      timeoutSeconds: 1800\n'
    const wrong = service('  timeoutSeconds: 60\nsessionAffinity: ClientIP\n')
    expect(set(wrong.replace('{name: web}', '{name: web, sessionAffinity: ClientIP}'))).toBe(service(right))
  })

  it.each([
    [
      'in a port',
      '  ports:\n  - port: 80\n    sessionAffinity: ClientIP\n  - timeoutSeconds: 60\n    port: 81\n  type: ClusterIP\n',
      '  ports:\n  - port: 80\n  - port: 81\n  type: ClusterIP\n',
      60,
      'spec.ports[0].sessionAffinity, spec.ports[1].timeoutSeconds are no fields of a Service: removed, and its timeout of 60s is kept',
    ],
    [
      'as a port, and in the status',
      '  ports:\n  - port: 80\n  - sessionAffinity: ClientIP\n  type: ClusterIP\nstatus:\n  loadBalancer: {}\n  timeoutSeconds: 0\n',
      '  ports:\n    [{port: 80}]\n  type: ClusterIP\nstatus:\n  loadBalancer: {}\n',
      undefined,
      'spec.ports[1].sessionAffinity, status.timeoutSeconds are no fields of a Service: removed',
    ],
    [
      'in another spelling',
      '  type: ClusterIP\n  session-affinity: ClientIP\n  sessionAffinityConfig:\n    clientIp: {timeoutSeconds: 60}\n    timeout: 5\n  ports: [{port: 80, SessionAffinity: x}]\n',
      '  type: ClusterIP\n  ports: [{port: 80}]\n',
      60,
      'spec.session-affinity, spec.sessionAffinityConfig.clientIp.timeoutSeconds, spec.sessionAffinityConfig.timeout, spec.ports[0].SessionAffinity are no fields of a Service: removed, and its timeout of 60s is kept',
    ],
    [
      'in its word',
      '  sessionAffinity: {clientIP: {timeoutSeconds: 60}}\n  ports: [{port: 80}]\n',
      '  ports: [{port: 80}]\n',
      60,
      'spec.sessionAffinity.clientIP.timeoutSeconds is no field of a Service: removed, and its timeout of 60s is kept',
    ],
    [
      'where names are free',
      '  selector: {sessionAffinity: "yes"}\n',
      '  selector: {sessionAffinity: "yes"}\n',
      undefined,
      undefined,
    ],
  ])('loses what stands %s, and says so', (_, spec, rest, timeoutSeconds, words) => {
    const head = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n'
    const { text, notices = [] } = editFiles([{ name: 'a.yaml', text: head + spec, named: true }], {
      verb: 'enable',
    })
    expect(notices.map(({ notice }) => notice.message)).toEqual(words === undefined ? [] : [words])
    const right = parse(head + rest) as { spec: object }
    expect(parse(text)).toEqual({
      ...right,
      spec: {
        ...right.spec,
        sessionAffinity: 'ClientIP',
        ...(timeoutSeconds === undefined ? {} : { sessionAffinityConfig: { clientIP: { timeoutSeconds } } }),
      },
    })
    for (const line of rest.split('\n')) expect(text).toContain(line)
  })

  it.each([
    [
      '  sessionAffinity:\n    cookie:\n      timeoutSeconds: 3600\n',
      /a\.yaml:7:5: sessionAffinity is a map here and has to be "ClientIP"/,
    ],
    ['  sessionAffinity: [ClientIP]\n', /a\.yaml:6:20: sessionAffinity is a list here/],
    [
      '  sessionAffinity: None\n  sessionAffinity: ClientIP\n',
      /a\.yaml:7:3: sessionAffinity is already set in the same map/,
    ],
  ])('is refused at the place where it is wrong: %j', (spec, message) => {
    expect(() => set(service(spec))).toThrow(message)
  })
})

describe('whatever a manifest holds', () => {
  const other = { apiVersion: 'v1', kind: 'ConfigMap', data: { sessionAffinity: 'None' } }

  it('lines that have nothing to do with the change stay byte by byte', () => {
    fc.assert(
      fc.property(services, requests, layouts, (service, request, layout) => {
        const text = `# first\n${stringify(service, layout)}---\n${stringify(other, layout)}# last\n`
        const after = edit(text, request)
        if (layout.collectionStyle === 'flow') return
        const isAffinity = /sessionAffinity|clientIP:|timeoutSeconds/
        const keep = (lines: string): string[] => lines.split('\n').filter((line) => !isAffinity.test(line))
        expect(keep(after)).toStrictEqual(keep(text))
      }),
      { numRuns: 250 },
    )
  })

  it('a change is complete, and a second one finds nothing to do', () => {
    fc.assert(
      fc.property(services, requests, layouts, (service, request, layout) => {
        const after = editManifest(stringify(service, layout), serviceEdit(request), 'x')
        const again = editManifest(after.text, serviceEdit(request), 'x')
        expect(again.text).toBe(after.text)
        expect(again.edited.map(({ changed }) => changed)).toStrictEqual([false])
      }),
      { numRuns: 250 },
    )
  })
})
