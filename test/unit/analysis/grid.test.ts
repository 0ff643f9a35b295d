import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyse, analyseObject, type Explanation } from '../../../src/analysis/analyse.ts'
import { analyzers } from '../../../src/analysis/analyzers/index.ts'
import { allCodes, type Code, codeInfo, codeLink } from '../../../src/model/findings/code.ts'
import { listCodes, pageOf } from '../../../src/analysis/pages.ts'
import { sceneOf } from '../../../src/analysis/store.ts'
import { targetKinds } from '../../../src/mechanisms/index.ts'
import type { Need } from '../../../src/mechanisms/analyzer.ts'
import { inputs } from '../../../src/mechanisms/service/facts.ts'
import { levels } from '../../../src/model/findings/finding.ts'
import { known, type Unknown, unknown } from '../../../src/model/cluster/store.ts'
import { isOfType, keyOf, listName, refOf } from '../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../src/model/cluster/snapshot.ts'
import { service, slice, snapshot, target } from './build.ts'
import { grid } from './grid.ts'
import type { GridRow } from './rows.ts'

const root = join(import.meta.dirname, '../../..')
const rows = Object.entries(grid)
const analysed = new Set(analyzers.flatMap(({ codes }) => codes))
/** What the checker of files says; test/unit/snapshot/files.test.ts has their cases. */
const ofFiles = (code: string): boolean =>
  code.startsWith('AFF-FILE-') || code === 'AFF-SVC-BAD-VALUE' || code === 'AFF-EPS-NO-SERVICE-LABEL'

/** Of the target that a row is about. */
function explain(found: Snapshot, of?: GridRow['of']): Explanation {
  if (of === undefined) return analyse(found, target)
  const all = [...found.objects.lists.values()].flatMap((list) => (list.known ? list.value : []))
  const object = all.find((one) => keyOf(refOf(one)) === keyOf(of))!
  const kind = targetKinds.find(({ type }) => isOfType(object, type))!
  return analyseObject(sceneOf(found), kind, object)
}

const codesIn = (found: Snapshot): string[] => analyse(found, target).findings.map(({ code }) => code)

describe('the grid', () => {
  it('has a row for every code that an analyzer reports', () => {
    expect(Object.keys(grid).toSorted()).toEqual([...analysed].toSorted())
    expect(allCodes.filter((code) => !analysed.has(code) && !ofFiles(code))).toEqual([])
  })

  it.each(rows)('%s fires', (code, { fires, of }) => {
    expect(explain(fires(), of).findings.map((finding) => finding.code)).toContain(code)
  })

  it.each(rows)('%s leaves the word between remedies to whoever prints them', (_, { fires, of }) => {
    for (const { mend } of explain(fires(), of).findings) expect(mend.join('\n')).not.toMatch(/^or /m)
  })

  it.each(rows)('%s stays silent', (code, { silent, of }) => {
    const explanation = explain(silent(), of)
    expect(explanation.findings.map((finding) => finding.code)).not.toContain(code)
    expect(explanation.passed).toContain(code)
  })

  it('a Service that is missing beside one that is there is told of', () => {
    const rules = ['web', 'gone', 'lost'].map((name) => ({
      host: `${name}.example`,
      http: { paths: [{ path: '/', backend: { service: { name } } }] },
    }))
    const of = { kind: 'Ingress', group: 'networking.k8s.io', namespace: 'shop', name: 'front' }
    const metadata = { name: of.name, namespace: of.namespace }
    const front = { apiVersion: `${of.group}/v1`, kind: of.kind, metadata, spec: { rules } }
    const { findings, paths } = explain(snapshot({ fronts: [front] }), of)
    const told = findings.filter(({ code }) => code === 'AFF-ROUTE-NO-SERVICE')
    expect(told.map(({ message }) => /service\/(\S+) /.exec(message)?.[1])).toStrictEqual(['gone', 'lost'])
    // Nobody picks a pod there.
    expect(paths.map(({ hops }) => hops.at(-1)?.role !== 'no-effect')).toStrictEqual([true, false, false])
  })

  it.each([
    ['staff', true],
    ['endpointslicemirroring-controller.k8s.io', true],
    ['endpointslice-mesh-controller.cilium.io', false],
  ])('a slice of %s beside those of the controller: stale %s', (by, isStale) => {
    const labels = { 'endpointslice.kubernetes.io/managed-by': by }
    const second = slice(['192.0.2.1'], { metadata: { name: 'more', labels } })
    const found = snapshot({ slices: known([slice(['10.244.1.4']), second]) })
    expect(codesIn(found).includes('AFF-EPS-STALE')).toBe(isStale)
  })

  it('counts a pod once that has addresses of both families', () => {
    const families = { IPv4: '10.244.1.4', IPv6: 'fd00::4' }
    const slices = Object.entries(families).map(([addressType, address]) => {
      const one = slice([address], { addressType: addressType as 'IPv4' | 'IPv6' })
      return {
        ...one,
        endpoints: one.endpoints!.map((endpoint) => ({
          ...endpoint,
          targetRef: { kind: 'Pod', name: 'web-1' },
        })),
      }
    })
    const { findings, service: explained } = analyse(snapshot({ slices: known(slices) }), target)
    expect(findings.map(({ code }) => code)).toContain('AFF-SVC-ONE-ENDPOINT')
    expect(explained?.endpoints).toEqual({ ready: 1, total: 1, nodes: 1 })
  })

  it.each(rows)('%s is in one state, and so is every other code', (_code, { fires, silent, of }) => {
    for (const found of [fires(), silent()]) {
      const { findings, passed, doesNotApply, notPossible } = explain(found, of)
      const states = [
        ...new Set(findings.map(({ code }) => code)),
        ...passed,
        ...doesNotApply,
        ...notPossible.flatMap(({ codes }) => codes),
      ]
      expect(states.toSorted()).toEqual([...analysed].toSorted())
    }
  })

  it('passes nothing that was not looked at: a headless Service without affinity', () => {
    const plain = snapshot({ service: service({ clusterIP: 'None', sessionAffinity: 'None' }) })
    const { passed, doesNotApply } = analyse(plain, target)
    expect(passed).not.toContain('AFF-PROXY-IPVS-MINIMUM')
    expect(doesNotApply).toContain('AFF-PROXY-IPVS-MINIMUM')
  })

  it('finds nothing where nothing is wrong', () => {
    expect(codesIn(snapshot())).toEqual([])
  })
})

/** A snapshot in which a need is unknown: what it is read from, or the fact itself. */
function blinded(found: Snapshot, need: Need, why: Unknown): Snapshot {
  const types = 'resource' in need ? [need] : (need.reads ?? [])
  const lists = new Map(found.objects.lists)
  for (const type of types) lists.set(listName(type), unknown(why))
  const [name = ''] = Object.entries(inputs).find(([, fact]) => fact === need) ?? []
  return {
    ...found,
    ...(name in found ? { [name]: unknown(why) } : {}),
    objects: { ...found.objects, lists },
    services: found.services.map((one) =>
      name in one || name === 'listed' ? { ...one, [name]: unknown(why) } : one,
    ),
  }
}

describe('declared needs', () => {
  it.each(rows.map(([code, { fires }]) => [code, fires] as const))(
    '%s is not possible, and not passed, where an input is unknown',
    (code, fires) => {
      const why = { what: 'this', reason: 'forbidden' } as const
      const analyzer = analyzers.find(({ codes }) => codes.includes(code as never))
      for (const need of analyzer?.needs ?? []) {
        const { findings, passed, doesNotApply, notPossible } = analyse(blinded(fires(), need, why), target)
        const isFound = findings.some((finding) => finding.code === code)
        // Another analyzer of the code may have found it all the same.
        const states = [
          ...(isFound ? ['found'] : []),
          ...(passed.includes(code as Code) ? ['passed'] : []),
          ...(doesNotApply.includes(code as Code) ? ['does not apply'] : []),
          ...(notPossible.some(({ codes }) => codes.includes(code as Code)) ? ['not possible'] : []),
        ]
        const others = analyzers.filter((other) => other !== analyzer && other.codes.includes(code as Code))
        expect(states).toEqual([
          others.some((other) => !other.needs.includes(need)) && isFound ? 'found' : 'not possible',
        ])
      }
    },
  )
})

describe('the table of codes, the pages and --list', () => {
  const folder = join(root, 'docs/findings')
  const files = readdirSync(folder).filter((name) => name.startsWith('AFF-'))

  it('agree', () => {
    expect(files.map((name) => name.slice(0, -3)).toSorted()).toEqual(allCodes)
    const listed = listCodes().trimEnd().split('\n')
    expect(listed.map((line) => line.split(/ +/)[0])).toEqual(allCodes)
  })

  it.each(allCodes)('%s has a complete page, which is in the program', async (code) => {
    const page = readFileSync(join(root, codeLink(code)), 'utf8')
    // The title of the table is its first sentence.
    expect(page.startsWith(`# ${code}\n\n${codeInfo(code).title} (${codeInfo(code).level}`)).toBe(true)
    expect(page.match(/^## .*/gm)).toEqual([
      '## What it means',
      '## Why it matters',
      '## How to see it',
      '## How to mend it',
      '## Source',
    ])
    expect(page).not.toMatch(/\n\n\n|^## .*\n+## /m)
    expect(await pageOf(code.toLowerCase())).toBe(page)
  })

  it('keeps the lines of --list short', () => {
    for (const line of listCodes().trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(101)
    expect(new Set(allCodes.map((code) => codeInfo(code).level))).toEqual(new Set(levels))
  })

  it('names the code that is meant', async () => {
    await expect(pageOf('AFF-SVC-HEADLES')).rejects.toMatchObject({
      exitCode: 2,
      hints: expect.arrayContaining(['did you mean AFF-SVC-HEADLESS?']),
    })
  })
})
