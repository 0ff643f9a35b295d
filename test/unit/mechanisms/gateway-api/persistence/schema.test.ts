/** What the definitions say that are installed, or stand in the files: which form of session persistence holds. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../../../../src/analysis/analyse.ts'
import type { LooseObject } from '../../../../../src/model/cluster/object.ts'
import { service, snapshot, target } from '../../../analysis/build.ts'
import { explainedText } from '../../explained.ts'
import { serviceText } from '../../manifests.ts'
import { gatewayOf, routeOf, session, xPolicyOf } from '../build.ts'

const lifetime = { type: 'object', properties: { lifetimeType: { type: 'string' } } }
const plain = { type: 'string' }
const old = { sessionName: plain, type: plain, absoluteTimeout: plain, cookieConfig: lifetime }

/** The fields of each version of the experimental channel. */
const shapes = {
  'v1.3.0': { ...old, idleTimeout: plain },
  'v1.6.1': old,
  'v1.7.0': {
    type: plain,
    absoluteTimeout: plain,
    cookie: { type: 'object', properties: { ...lifetime.properties, name: plain, path: plain } },
    header: { type: 'object', properties: { name: plain } },
  },
}

function definition(version: keyof typeof shapes | undefined, kind = 'HTTPRoute'): LooseObject {
  const isPolicy = kind === 'XBackendTrafficPolicy'
  const group = isPolicy ? 'gateway.networking.x-k8s.io' : 'gateway.networking.k8s.io'
  const plural = isPolicy ? 'xbackendtrafficpolicies' : `${kind.toLowerCase()}s`
  const fields =
    version === undefined ? {} : { sessionPersistence: { type: 'object', properties: shapes[version] } }
  const spec = isPolicy
    ? { type: 'object', properties: fields }
    : {
        type: 'object',
        properties: { rules: { type: 'array', items: { type: 'object', properties: fields } } },
      }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: {
        'gateway.networking.k8s.io/bundle-version': version ?? 'v1.4.0',
        'gateway.networking.k8s.io/channel': version === undefined ? 'standard' : 'experimental',
      },
    },
    spec: { versions: [{ name: isPolicy ? 'v1alpha1' : 'v1', served: true, storage: true, schema }] },
  }
}

const newForm = {
  sessionPersistence: {
    type: 'Cookie',
    cookie: { name: 'sid', lifetimeType: 'Permanent' },
    absoluteTimeout: '1h',
  },
}

async function inFiles(...objects: LooseObject[]) {
  const all = [...gatewayOf('eg'), ...objects]
  const { ways, explanations } = await explainedText(
    [serviceText('web'), ...all.map((one) => JSON.stringify(inDefault(one)))].join('\n---\n'),
  )
  const findings = explanations
    .flatMap((one) => one.findings)
    .filter(({ code }) => code.startsWith('AFF-GWAPI'))
  return { ways, said: [...new Set(findings.map(({ code, message }) => `${code}: ${message}`))] }
}

const inDefault = (object: LooseObject): LooseObject =>
  object.metadata.namespace === 'shop'
    ? { ...object, metadata: { ...object.metadata, namespace: 'default' } }
    : object

describe('definitions in files', () => {
  it('of the standard channel have no session persistence, and nobody stays', async () => {
    expect(await inFiles(routeOf([session()]), definition(undefined))).toStrictEqual({
      ways: ['a.example none'],
      said: [
        'AFF-GWAPI-PRUNED: sessionPersistence is not in the standard channel of Gateway API v1.4.0, whose definitions are there',
      ],
    })
  })

  it('of the same form say no more of it', async () => {
    const { ways, said } = await inFiles(routeOf([session()]), definition('v1.3.0'))
    expect(ways).toStrictEqual(['a.example cookie sid'])
    expect(said).not.toContainEqual(expect.stringMatching(/PRUNED|EXPERIMENTAL/))
    const later = await inFiles(routeOf([newForm]), definition('v1.7.0'))
    expect(later.ways).toStrictEqual(['a.example cookie sid'])
    expect(later.said).not.toContainEqual(expect.stringMatching(/PRUNED|EXPERIMENTAL/))
  })

  it('of another form drop parts, with what to write', async () => {
    const { ways, said } = await inFiles(routeOf([session()]), definition('v1.7.0'))
    expect(ways).not.toContain('a.example cookie sid')
    expect(said).toContain(
      'AFF-GWAPI-PRUNED: sessionName is not in the experimental channel of Gateway API v1.7.0, which has type, absoluteTimeout, cookie.lifetimeType, cookie.name, cookie.path, header.name',
    )
    const before = await inFiles(routeOf([newForm]), definition('v1.6.1'))
    expect(before.said).toContainEqual(
      expect.stringMatching(/^AFF-GWAPI-PRUNED: cookie is not in .* v1\.6\.1/),
    )
    const idle = await inFiles(routeOf([session({ idleTimeout: '5m' })]), definition('v1.6.1'))
    expect(idle.said).toContainEqual(expect.stringMatching(/^AFF-GWAPI-PRUNED: idleTimeout is not in/))
    expect(idle.said).not.toContainEqual(expect.stringContaining('IDLE-TIMEOUT'))
  })

  it('of GRPCRoutes and of policies count for these alone', async () => {
    const grpc = routeOf([session()], {}, {}, 'GRPCRoute')
    // Whether it counts there is up to the version of Envoy Gateway.
    expect((await inFiles(grpc, definition(undefined))).ways).toStrictEqual(['a.example unknown'])
    expect((await inFiles(grpc, definition(undefined, 'GRPCRoute'))).ways).toStrictEqual(['a.example none'])
    const policy = await inFiles(
      routeOf([{}]),
      xPolicyOf('web'),
      definition('v1.7.0', 'XBackendTrafficPolicy'),
    )
    expect(policy.said).toContainEqual(expect.stringMatching(/^AFF-GWAPI-PRUNED: sessionName is not in/))
  })
})

describe('definitions of a cluster', () => {
  const applied = (rule: object, now: object = {}) =>
    routeOf(
      [now],
      {},
      {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { rules: [rule] } }),
        },
      },
    )
  const said = (...fronts: LooseObject[]): string[] => {
    const plainService = service({ sessionAffinity: 'None' })
    const one = snapshot({ service: plainService, fronts: [...gatewayOf('eg'), ...fronts] })
    return analyse(one, target)
      .findings.filter(({ code }) => code === 'AFF-GWAPI-PRUNED')
      .map(({ message }) => message)
  }

  it('tell what was dropped of what was applied', () => {
    expect(said(applied(session()), definition(undefined))).toStrictEqual([
      'sessionPersistence is not in the standard channel of Gateway API v1.4.0, whose definitions are there',
    ])
    expect(
      said(
        applied(session({ type: 'Cookie' }), { sessionPersistence: { type: 'Cookie' } }),
        definition('v1.7.0'),
      ),
    ).toStrictEqual([
      expect.stringMatching(/^sessionName is not in the experimental channel of Gateway API v1\.7\.0/),
    ])
  })

  it('tell that somebody took it away where they have the field', () => {
    expect(said(applied(session()), definition('v1.3.0'))).toStrictEqual([])
  })

  it('need not be readable', () => {
    expect(said(applied(session()))).toStrictEqual([
      'sessionPersistence was applied, and the API server does not have it',
    ])
  })
})
