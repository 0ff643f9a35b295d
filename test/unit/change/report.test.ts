import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type {
  ChangeDone,
  ChangeOutcome,
  ChangeRequest,
  DryRun,
  RawObject,
} from '../../../src/model/affinity/change.ts'
import { unifiedDiff } from '../../../src/report/change/diff-text.ts'
import { objectRows } from '../../../src/report/change/fields.ts'
import { toJson, toPrinted, toYaml } from '../../../src/report/change/objects.ts'
import { nextSteps } from '../../../src/report/change/next.ts'
import { renderChange, renderNext, summaryLine, warningLines } from '../../../src/report/change/text.ts'
import { createStyle } from '../../../src/report/terminal.ts'
import { textWidth } from '../../../src/report/text/width.ts'
import { planChange } from '../../../src/mechanisms/service/write.ts'
import { predict } from '../../../src/change/write/predict.ts'
import { managed, serviceOf } from './service.ts'

// How reports look. After a change that is meant: npx vitest run --project unit test/unit/change -u, and read the diff.

const folder = join(import.meta.dirname, '../../golden/change')
const plain = createStyle({ isTTY: false, env: {} })
const ascii = createStyle({ isTTY: true, env: { NO_COLOR: '1', LANG: 'C' } })
const colour = createStyle({ isTTY: true, env: { TERM: 'xterm' } })

const codes = new RegExp(String.raw`\u001B\[\d+m`, 'g')

const on = (timeoutSeconds?: number): ChangeRequest => ({
  verb: 'enable',
  ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
})
const off: ChangeRequest = { verb: 'disable' }

/** What a request made of a Service that had this timeout, or no affinity. */
function done(request: ChangeRequest, seconds?: number, name = 'sample-clusterip'): ChangeDone {
  const service = serviceOf({ name, seconds, managedFields: [managed('kubectl-create', 'Update', {})] })
  const plan = planChange(service, request)
  const before = service as unknown as RawObject
  const [write] = plan.writes
  return {
    kind: plan.isDone ? 'unchanged' : 'patched',
    target: { kind: 'service', namespace: 'handson', name },
    before: plan.before,
    after: plan.after,
    timeoutIsDefault: plan.timeoutIsDefault,
    objects: [
      { name: `service/${name}`, before, after: (plan.isDone ? undefined : predict(write!)) ?? before },
    ],
    warnings: [],
  }
}

const annotated = (annotations: Record<string, string>): RawObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'handson', annotations },
})

const ofRule = (object: { before?: RawObject; after?: RawObject }): ChangeDone => ({
  kind: 'patched',
  target: { kind: 'virtualservice', namespace: 'handson', name: 'shop' },
  before: { kind: 'none' },
  after: { kind: 'none' },
  timeoutIsDefault: false,
  objects: [{ name: 'destinationrule/shop', ...object }],
  warnings: [],
})

/** Names and values that have no room beside each other. */
const ofIngress: ChangeDone = {
  kind: 'patched',
  target: { kind: 'ingress', namespace: 'handson', name: 'shop' },
  from: { kind: 'service', namespace: 'handson', name: 'sample-clusterip' },
  before: { kind: 'none' },
  after: { kind: 'cookie', name: 'route', path: '/', madeBy: 'proxy', points: 'at-a-pod' },
  timeoutIsDefault: false,
  objects: [
    {
      name: 'ingress/shop',
      before: annotated({}),
      after: annotated({
        'nginx.ingress.kubernetes.io/affinity': 'cookie',
        'nginx.ingress.kubernetes.io/session-cookie-name': 'route',
      }),
    },
  ],
  warnings: [],
}

const failed = (name: string): ChangeOutcome => ({
  kind: 'failed',
  target: { kind: 'service', namespace: 'handson', name },
  error: new Error('x'),
})

/** Everything that is printed to stdout for people. */
function page(
  outcomes: readonly ChangeOutcome[],
  width: number,
  dryRun: DryRun = 'none',
  style = plain,
): string {
  const options = { style, width, dryRun, showNamespace: false, compact: outcomes.length > 5 }
  const bodies = outcomes.map((outcome) =>
    outcome.kind === 'patched' || outcome.kind === 'unchanged' ? renderChange(outcome, options) : '',
  )
  const summary = summaryLine(outcomes, dryRun)
  const next = dryRun === 'none' ? renderNext(nextSteps(outcomes, { flags: '' }), { style, width }) : ''
  return [...bodies, summary === undefined ? '' : `${summary}\n`, next].join('')
}

const pages: Record<string, { outcomes: ChangeOutcome[]; dryRun?: DryRun }> = {
  enable: { outcomes: [done(on(1800))] },
  'enable with the default': { outcomes: [done(on())] },
  'another timeout': { outcomes: [done(on(5), 10_800)] },
  disable: { outcomes: [done(off, 1800)] },
  'nothing to do': { outcomes: [done(on(), 90), done(off)] },
  'dry runs': { outcomes: [done(on(5)), done(on(5), 5)], dryRun: 'server' },
  'several, one failed': { outcomes: [done(on(5)), failed('b'), done(on(5), 30, 'c'), done(on(5), 5, 'd')] },
  many: {
    outcomes: [
      ...['a', 'b', 'c', 'd', 'a-service-with-a-rather-long-name-of-63-characters-as-allowed'].map((name) =>
        done(on(5), undefined, name),
      ),
      done(on(5), 5, 'e'),
      failed('f'),
    ],
  },
  'of an Ingress': { outcomes: [ofIngress] },
  interrupted: {
    outcomes: [
      done(on(5)),
      { kind: 'skipped', target: { kind: 'service', namespace: 'handson', name: 'b' } },
    ],
  },
}

describe('the first line', () => {
  it.each([
    [{ after: annotated({}) }, 'destinationrule/shop created for virtualservice/shop'],
    [{ before: annotated({}), after: annotated({}) }, 'destinationrule/shop patched for virtualservice/shop'],
    [{ before: annotated({}) }, 'destinationrule/shop deleted for virtualservice/shop'],
  ])('names what was written where it is not the target: %#', (object, line) => {
    const options = { style: plain, width: 80, dryRun: 'none', showNamespace: false, compact: false } as const
    expect(renderChange(ofRule(object), options).split('\n')[0]).toBe(line)
  })
})

describe('the report of a change', () => {
  it.each(Object.entries(pages))('%s', async (name, { outcomes, dryRun }) => {
    const texts = [80, 50].map((width) => {
      const ruler = `${'-'.repeat(width - 4)} ${String(width).padStart(3)}`
      return `${ruler}\n${page(outcomes, width, dryRun)}`
    })
    await expect(texts.join('\n')).toMatchFileSnapshot(join(folder, `${name.replaceAll(/\W+/g, '-')}.txt`))
  })

  it('keeps within the width, and is the same without colour', () => {
    for (const [name, { outcomes, dryRun }] of Object.entries(pages)) {
      // Beside so long a name other names have more room as well.
      if (name === 'many') continue
      for (const width of [50, 60, 120]) {
        const text = page(outcomes, width, dryRun)
        // The result stands behind a name.
        const lines = text.split('\n').filter((line) => !line.startsWith('service/'))
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width)
        expect(page(outcomes, width, dryRun, colour).replaceAll(codes, '')).toBe(text)
      }
    }
  })

  it('is plain ASCII where the terminal is', () => {
    expect(page([done(on(1800))], 80, 'none', ascii)).toMatch(/^[\x20-\x7e\n]*$/)
  })

  it('says once what holds for several Services', () => {
    const warning = { message: 'the next sync takes it back', hints: ['change it in the source'] }
    const outcomes = ['a', 'b', 'c'].map((name) => ({ ...done(on(5), undefined, name), warnings: [warning] }))
    expect(warningLines(outcomes, String)).toEqual([
      'Warning: service/a and 2 more: the next sync takes it back',
      '  change it in the source',
    ])
    expect(warningLines([done(on(5))], String)).toEqual([])
  })
})

describe('the way back', () => {
  const commands = (outcomes: ChangeOutcome[], selection?: string): string[] =>
    nextSteps(outcomes, { flags: ' --context prod', selection })
      .filter(({ label }) => label === 'undo')
      .map(({ command }) => command)

  it('restores every Service to what it was', () => {
    expect(
      commands([
        done(on(5), undefined, 'a'),
        done(on(5), 30, 'b'),
        done(on(5), 5, 'c'),
        done(on(5), 3661, 'd'),
      ]),
    ).toStrictEqual([
      'kubectl affinity disable svc/a -n handson --context prod',
      'kubectl affinity enable svc/b -n handson --context prod --timeout 30s',
      'kubectl affinity enable svc/d -n handson --context prod --timeout 1h1m1s',
    ])
  })

  it('uses the selection only where it means exactly the changed ones, of which there are many', () => {
    const many = Array.from({ length: 6 }, (_, index) => done(on(5), undefined, `s${index}`))
    expect(commands(many, '-l app=x')).toStrictEqual([
      'kubectl affinity disable -l app=x -n handson --context prod',
    ])
    expect(commands([...many, done(on(5), 5, 'same')], '-l app=x')[0]).toContain('svc/s0 svc/s1 ')
    expect(commands(many.slice(0, 2), '-l app=x')[0]).toContain('svc/s0 svc/s1 ')
  })
})

describe('objects', () => {
  it('come whole, without managedFields unless asked for, several in a List', async () => {
    const [a, b] = [done(on(5), undefined, 'a'), done(on(5), undefined, 'b')]
    const one = toPrinted([a], { showManagedFields: false })
    expect(JSON.parse(toJson(one))).toMatchObject({ kind: 'Service', spec: { sessionAffinity: 'ClientIP' } })
    expect(toJson(one)).not.toContain('managedFields')
    expect(toJson(toPrinted([a], { showManagedFields: true }))).toContain('managedFields')
    const list = toPrinted([a, b], { showManagedFields: false })
    expect(await toYaml(list)).toMatch(/^apiVersion: v1\nitems:\n- apiVersion: v1\n {2}kind: Service\n/)
  })
})

describe('a unified diff', () => {
  const names = { before: 'old', after: 'new' }
  const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join('')

  it('is empty without a difference', () => {
    expect(unifiedDiff('a\nb\n', 'a\nb\n', names)).toStrictEqual([])
  })

  it('has three lines around each change, and joins what touches', () => {
    const before = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`)
    const after = before.toSpliced(4, 1, 'five').toSpliced(12, 1).toSpliced(27, 0, 'new')
    expect(
      unifiedDiff(text(before), text(after), names)
        .map((line) => line.text)
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "--- old
      +++ new
      @@ -2,7 +2,7 @@
       line 2
       line 3
       line 4
      -line 5
      +five
       line 6
       line 7
       line 8
      @@ -10,7 +10,6 @@
       line 10
       line 11
       line 12
      -line 13
       line 14
       line 15
       line 16
      @@ -26,5 +25,6 @@
       line 26
       line 27
       line 28
      +new
       line 29
       line 30"
    `)
  })

  it('turns one text into the other', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 25 })
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        expect(patched(before, unifiedDiff(text(before), text(after), names))).toStrictEqual(after)
      }),
      { numRuns: 500 },
    )
  })
})

/** What `patch` would make of the lines: every hunk is checked against its header and against what it replaces. */
function patched(before: string[], diff: ReturnType<typeof unifiedDiff>): string[] {
  const result: string[] = []
  let at = 0
  for (const { kind, text } of diff) {
    const [, start, count] = /^@@ -(\d+)(?:,(\d+))? /.exec(text) ?? []
    if (kind === 'hunk') {
      const first = Number(start) - (count === '0' ? 0 : 1)
      result.push(...before.slice(at, first))
      at = first
    } else if (kind === 'added') result.push(text.slice(1))
    else if (kind === 'same' || kind === 'removed') {
      expect(before[at]).toBe(text.slice(1))
      if (kind === 'same') result.push(text.slice(1))
      at++
    }
  }
  return [...result, ...before.slice(at)]
}

it('a change and the one that takes it back have their rows in one order', () => {
  const name = 'apisixupstream/web'
  const plain = { spec: { loadbalancer: { type: 'roundrobin' } } }
  const hashed = { spec: { loadbalancer: { type: 'chash', hashOn: 'header', key: 'X' } } }
  const fields = (before: RawObject, after: RawObject): string[] =>
    objectRows({ name, before, after }, true).map((row) => row.name)
  expect(fields(plain, hashed)).toStrictEqual([
    'loadbalancer.hashOn',
    'loadbalancer.key',
    'loadbalancer.type',
  ])
  expect(fields(hashed, plain)).toStrictEqual(fields(plain, hashed))
})
