import type { ObjectRef } from '../../../model/findings/finding.ts'
import type { LooseObject, ObjectType } from '../../../model/cluster/object.ts'
import { didYouMean } from '../../../model/common/words/spelling.ts'
import { type Analyzer, objectAnalyzer, type ReportOf } from '../../analyzer.ts'
import { isCookieName } from '../../kit/legs/cookies.ts'
import { droppedFrom } from '../../kit/objects/definitions.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { type ListenerRule, rulesOf } from '../legs.ts'
import { type InstalledSchema, installedFor, insteadOf, persistedOf, shapeOf } from '../persistence/schema.ts'
import { isGatewayDuration, type Persistence, persistenceOf } from '../persistence/persistence.ts'

const codes = [
  'AFF-GWAPI-UNKNOWN-FIELD',
  'AFF-GWAPI-BAD-VALUE',
  'AFF-GWAPI-NO-TIMEOUT',
  'AFF-GWAPI-IDLE-TIMEOUT',
  'AFF-GWAPI-TIMEOUT-IGNORED',
  'AFF-GWAPI-EXPERIMENTAL',
  'AFF-GWAPI-PRUNED',
] as const

/** All fields that sessionPersistence has had, in any version. */
const known = ['sessionName', 'type', 'absoluteTimeout', 'idleTimeout', 'cookieConfig', 'cookie', 'header']
const inside: Readonly<Record<string, readonly string[]>> = {
  cookieConfig: ['lifetimeType'],
  cookie: ['name', 'lifetimeType', 'path'],
  header: ['name'],
}

/** Fields of a rule that are close enough to be meant: `sessionAffinity` of Services is written in its place. */
const meant = /^session(-?persist[a-z]*|affinity|stickiness)$|^(sticky|stickiness)[a-z]*$/i

/** What of sessionPersistence the API refuses, drops or does not mean. */
export function fieldAnalyzer(about: ObjectType<LooseObject>): Analyzer {
  return objectAnalyzer({
    about,
    codes,
    applies: ({ spec }) => list(at(spec, 'rules')).length > 0,
    analyse: (route, view, report) => {
      misplaced(route.spec, 'spec', report)
      let isSaid = false
      const installed = installedFor(route, view.store)
      for (const [index, rule] of list(at(route.spec, 'rules')).entries()) {
        const place = `spec.rules[${index}]`
        misplaced(rule, place, report)
        for (const [number, backend] of list(record(rule)['backendRefs']).entries())
          misplaced(backend, `${place}.backendRefs[${number}]`, report)
        const written = record(rule)['sessionPersistence']
        const field = `${place}.sessionPersistence`
        if (persistenceOf(written) === undefined) continue
        if (installed !== undefined) droppedBy(installed, written, { field, report })
        const value = persistedOf(written, installed)
        const persistence = persistenceOf(value)
        if (persistence === undefined) continue
        checkNames(written, field, report)
        checkValues(value, persistence, field, report)
        const isIgnored = (): boolean => isIgnoredBy(rulesOf(route, view.store), index)
        checkTimes(persistence, field, isIgnored, report)
        if (view.source === 'files' && !isSaid && installed === undefined)
          experimental(persistence, field, report)
        isSaid = true
      }
    },
  })
}

/** Whether no gateway makes a session for a rule: there is no cookie to speak of. */
function isIgnoredBy(rules: readonly ListenerRule[], index: number): boolean {
  const ways = rules.filter((one) => one.index === index).flatMap((one) => one.ways)
  return ways.length > 0 && ways.every(({ reading }) => reading?.ignored !== undefined)
}

/** What the definitions that are there do not have. Names that no version has are said as such. */
export function droppedBy(
  { schema, words }: InstalledSchema,
  value: unknown,
  { field, report, object }: { field: string; report: ReportOf<['AFF-GWAPI-PRUNED']>; object?: ObjectRef },
): void {
  const say = (place: string, message: string, mend: readonly string[]): void =>
    report('AFF-GWAPI-PRUNED', {
      message,
      why: 'The API server drops what its definitions do not have; where kubectl validates, it refuses the file.',
      mend,
      ...(object === undefined ? { field: place } : { objects: [object], at: { object, field: place } }),
    })
  if (schema === undefined) {
    say(field, `sessionPersistence is not in ${words}, whose definitions are there`, [
      'install the experimental channel of the Gateway API',
      'use what the controller reads beside it',
    ])
    return
  }
  for (const name of droppedFrom(value, schema)) {
    if (!isKnown(name)) continue
    const instead = insteadOf(name, schema)
    say(
      `${field}.${name}`,
      `${name} is not in ${words}, which has ${shapeOf(schema)}`,
      instead.length === 0 ? [`remove ${name}`] : [`write ${instead.join(', or ')}`],
    )
  }
}

function isKnown(name: string): boolean {
  const [first = '', second] = name.split('.')
  return known.includes(first) && (second === undefined || inside[first]?.includes(second) === true)
}

function misplaced(value: unknown, place: string, report: ReportOf<typeof codes>): void {
  for (const key of Object.keys(record(value))) {
    const isRule = place.startsWith('spec.rules') && !place.includes('backendRefs')
    if (key === 'sessionPersistence' ? isRule : !meant.test(key)) continue
    report('AFF-GWAPI-UNKNOWN-FIELD', {
      message: isRule
        ? `"${key}": did you mean "sessionPersistence"?`
        : `"${key}" has no place here: it belongs into a rule, beside backendRefs`,
      why: 'The API server drops fields that it does not know, and nothing keeps clients on a pod.',
      mend: [isRule ? 'write sessionPersistence' : 'move it to rules[].sessionPersistence'],
      field: `${place}.${key}`,
    })
  }
}

function checkNames(value: unknown, field: string, report: ReportOf<typeof codes>): void {
  const check = (part: unknown, place: string, names: readonly string[]): void => {
    for (const key of Object.keys(record(part))) {
      if (names.includes(key)) continue
      const near = key === 'cookieName' || key === 'name' ? 'sessionName' : didYouMean(key, names)
      report('AFF-GWAPI-UNKNOWN-FIELD', {
        message: `"${key}": ${near === undefined ? 'session persistence has no such field' : `did you mean "${near}"?`}`,
        why: 'The API server drops fields that it does not know.',
        mend: [near === undefined ? 'remove it' : `write ${near}`],
        field: `${place}.${key}`,
      })
    }
  }
  check(value, field, known)
  for (const [key, names] of Object.entries(inside)) check(record(value)[key], `${field}.${key}`, names)
}

function checkValues(
  value: unknown,
  persistence: Persistence,
  field: string,
  report: ReportOf<typeof codes>,
): void {
  const refuse = (place: string, message: string, mend: string): void =>
    report('AFF-GWAPI-BAD-VALUE', {
      message,
      why: 'The API server refuses the route.',
      mend: [mend],
      field: `${field}.${place}`,
    })
  const { type, lifetimeField, name, nameField } = persistence
  const written = record(value)['type']
  if (written !== undefined && written !== 'Cookie' && written !== 'Header')
    refuse(
      'type',
      `type ${text(written) ?? JSON.stringify(written)}: must be Cookie or Header`,
      'write Cookie or Header',
    )
  if (lifetimeField !== undefined) {
    const lifetime = String(at(value, lifetimeField))
    if (lifetime !== 'Session' && lifetime !== 'Permanent')
      refuse(
        lifetimeField,
        `${lifetimeField} ${lifetime}: must be Session or Permanent`,
        'write Session or Permanent',
      )
  }
  for (const time of ['absoluteTimeout', 'idleTimeout'] as const) {
    const duration = persistence[time]
    if (duration === undefined || isGatewayDuration(duration)) continue
    refuse(
      time,
      `${time} "${duration}" is no duration of the Gateway API: h, m, s and ms, and no days`,
      'write hours: 48h for two days',
    )
  }
  for (const part of type === 'Header' ? ['cookie', 'cookieConfig'] : ['header'])
    if (record(value)[part] !== undefined)
      refuse(part, `${part} does not go with type ${type}`, `remove ${part}, or change the type`)
  if (name !== undefined && nameField !== undefined && !isCookieName(name))
    refuse(
      nameField,
      `"${name}" cannot be the name of a ${type.toLowerCase()}`,
      'use letters, digits, "-" and "_"',
    )
}

function checkTimes(
  { type, isPermanent, absoluteTimeout, idleTimeout, lifetimeField }: Persistence,
  field: string,
  isIgnored: () => boolean,
  report: ReportOf<typeof codes>,
): void {
  const isHeader = type === 'Header'
  if (isPermanent && absoluteTimeout === undefined)
    report('AFF-GWAPI-NO-TIMEOUT', {
      message: 'a Permanent cookie needs an absoluteTimeout',
      why: 'The API server refuses the route: a permanent cookie ends at a time, and none is given.',
      mend: [
        'add absoluteTimeout: 1h',
        'leave lifetimeType out for a cookie that lasts as long as the browser',
      ],
      field: `${field}.${lifetimeField ?? ''}`,
    })
  if (!isPermanent && absoluteTimeout !== undefined && !isIgnored())
    report('AFF-GWAPI-TIMEOUT-IGNORED', {
      message: `absoluteTimeout ${absoluteTimeout} has no effect: ${isHeader ? 'a session by a header has no end' : "the cookie is one of the browser's session"}`,
      why: `Controllers give the time to a cookie of lifetimeType Permanent only; ${isHeader ? 'a header counts as long as a client sends it' : 'this one lasts as long as the browser runs'}.`,
      mend: [...(isHeader ? [] : ['add cookieConfig.lifetimeType: Permanent']), 'remove absoluteTimeout'],
      field: `${field}.absoluteTimeout`,
    })
  if (idleTimeout !== undefined)
    report('AFF-GWAPI-IDLE-TIMEOUT', {
      message: 'idleTimeout does nothing, and is gone from Gateway API 1.6 on',
      why: 'No controller kept it; Envoy Gateway up to 1.8 refuses a route that has it, and newer definitions drop it.',
      mend: ['remove idleTimeout, and use absoluteTimeout with lifetimeType Permanent'],
      field: `${field}.idleTimeout`,
    })
}

function experimental(
  { nameField, lifetimeField }: Persistence,
  field: string,
  report: ReportOf<typeof codes>,
): void {
  const old = [
    ...(nameField === 'sessionName' ? ['sessionName becomes cookie.name (or header.name)'] : []),
    ...(lifetimeField === 'cookieConfig.lifetimeType'
      ? ['cookieConfig.lifetimeType becomes cookie.lifetimeType']
      : []),
  ]
  const young =
    nameField === 'cookie.name' || nameField === 'header.name' || lifetimeField === 'cookie.lifetimeType'
  report('AFF-GWAPI-EXPERIMENTAL', {
    message: 'sessionPersistence is of the experimental channel',
    why: `With definitions of the standard channel the API server drops it.${
      old.length > 0 ? ` In Gateway API 1.7 ${old.join(', ')}.` : ''
    }${young ? ' Gateway API up to 1.6 knows it as sessionName and cookieConfig.' : ''}`,
    mend: [
      {
        deed: {
          kind: 'run',
          command:
            'kubectl get crd httproutes.gateway.networking.k8s.io -o yaml | grep gateway.networking.k8s.io/',
        },
      },
    ],
    field,
  })
}
