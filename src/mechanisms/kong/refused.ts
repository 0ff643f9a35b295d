import { at, record, text } from '../kit/objects/loose.ts'

/** What is wrong with a field, and what is right. */
interface RefusedField {
  message: string
  mend: string
  field: string
}

const algorithms = ['round-robin', 'consistent-hashing', 'least-connections', 'latency', 'sticky-sessions']
const inputs = ['ip', 'consumer', 'path', 'none']
const ways = ['input', 'header', 'cookie', 'queryArg', 'uriCapture']

/** What the API server refuses by the definition of KongUpstreamPolicy (api/configuration/v1beta1/kongupstreampolicy_types.go). */
export function refusalsOf(spec: unknown): RefusedField[] {
  const algorithm = text(at(spec, 'algorithm'))
  const [hash, fallback, session] = ['hashOn', 'hashOnFallback', 'stickySessions'].map((key) => at(spec, key))
  const chosen = algorithm === undefined ? 'without an algorithm' : `with algorithm ${algorithm}`
  const found: RefusedField[] = []
  const refuse = (isSo: boolean, message: string, mend: string, field: string): void => {
    if (isSo) found.push({ message, mend, field: `spec.${field}` })
  }
  refuse(
    algorithm !== undefined && !algorithms.includes(algorithm),
    `there is no algorithm "${algorithm ?? ''}"`,
    `write one of ${algorithms.join(', ')}`,
    'algorithm',
  )
  refuse(
    hash !== undefined && algorithm !== 'consistent-hashing' && algorithm !== 'sticky-sessions',
    `hashOn is refused ${chosen}`,
    'algorithm: consistent-hashing',
    'hashOn',
  )
  refuse(
    fallback !== undefined && algorithm !== 'consistent-hashing',
    `hashOnFallback is refused ${chosen}`,
    'algorithm: consistent-hashing',
    'hashOnFallback',
  )
  for (const name of ['hashOn', 'hashOnFallback']) {
    const value = record(at(spec, name))
    const set = ways.filter((one) => value[one] !== undefined)
    refuse(set.length > 1, `${name} takes one of ${set.join(', ')}`, `keep one of them`, name)
    const input = value['input']
    const isInput = input === undefined || inputs.some((one) => one === input)
    refuse(!isInput, `${name}.input is ${inputs.join(', ')}`, 'input: ip', `${name}.input`)
  }
  const [cookie, path] = [at(hash, 'cookie'), at(hash, 'cookiePath')]
  refuse(
    cookie !== undefined && path === undefined,
    'hashOn.cookie lacks cookiePath',
    'add cookiePath: /',
    'hashOn.cookie',
  )
  refuse(
    path !== undefined && cookie === undefined,
    'hashOn.cookiePath lacks cookie',
    'set cookie',
    'hashOn.cookiePath',
  )
  refuse(
    fallback !== undefined && cookie !== undefined,
    'a hash on a cookie has no hashOnFallback: Kong makes the cookie that is missing',
    'take hashOnFallback away',
    'hashOnFallback',
  )
  refuse(
    session !== undefined && algorithm !== 'sticky-sessions',
    `stickySessions is refused ${chosen}`,
    'algorithm: sticky-sessions (Kong Gateway Enterprise 3.11)',
    'stickySessions',
  )
  const isNone = at(hash, 'input') === 'none' && Object.keys(record(hash)).length === 1
  refuse(
    session !== undefined && !isNone,
    'stickySessions needs hashOn: {input: none}',
    'hashOn: {input: none}',
    'stickySessions',
  )
  return found
}
