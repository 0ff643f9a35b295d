import { type CollectionTag, isScalar, type Scalar, type ScalarTag, Schema, type Tags } from 'yaml'

function kubectlTags(tags: Tags): Tags {
  const all = tags.filter((tag) => typeof tag !== 'string')
  const kept = all.filter(
    ({ format, tag }: ScalarTag | CollectionTag) => format !== 'TIME' && !dropped.has(nameOf(tag)),
  )
  const known = [
    prefixed,
    ...kept.map((tag) => (isNumber(tag) ? finite(tag) : isMerge(tag) ? inOrder(tag) : tag)),
  ]
  return [...known, binary, ...['int', 'float', 'bool'].map((name) => explicit(name, known))]
}

const dropped = new Set(['timestamp', 'binary', 'set', 'omap', 'pairs'])

const nameOf = (tag: string): string => tag.replace('tag:yaml.org,2002:', '')

/** Whole numbers of 64 bits that say their base. */
const prefixed: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0(?:[oO]_*[0-7][0-7_]*|[xX]_*[\da-fA-F][\da-fA-F_]*|[bB]_*[01][01_]*)$/,
  resolve: (text) => {
    const value = BigInt(text.replaceAll(/[-+_]/g, '').toLowerCase())
    if (value >= 2n ** 64n) return text
    return text.startsWith('-') ? -Number(value) : Number(value)
  },
}

const binary: ScalarTag = {
  identify: () => false,
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text, onError) => {
    if (!/^[\w+/\s]*={0,2}\s*$/.test(text)) onError('!!binary holds no base64')
    return Buffer.from(text, 'base64').toString()
  },
}

/** `!!int "012"`: what the words say, or an error. */
function explicit(name: string, known: readonly (ScalarTag | CollectionTag)[]): ScalarTag {
  const tag = `tag:yaml.org,2002:${name}`
  const readers = known.filter(
    (one): one is ScalarTag =>
      'test' in one && (one.tag === tag || (name === 'float' && nameOf(one.tag) === 'int')),
  )
  return {
    identify: () => false,
    tag,
    resolve: (text, onError, options) => {
      const reader = readers.find(({ test }) => test?.test(text) === true)
      if (reader !== undefined) return reader.resolve(text, onError, options)
      onError(`${JSON.stringify(text)} is no !!${name}`)
      return text
    },
  }
}

const isMerge = (tag: ScalarTag | CollectionTag): tag is ScalarTag => nameOf(tag.tag) === 'merge'

/** What is merged replaces keys that stand before `<<`, though not by the standard. */
function inOrder(tag: ScalarTag): ScalarTag {
  return {
    ...tag,
    resolve: (text, onError, options) => {
      const key = tag.resolve(text, onError, options) as Scalar
      const merge = key.addToJSMap!
      key.addToJSMap = (context, map, value) => {
        const merged = new Map<unknown, unknown>()
        merge(context, merged, value)
        for (const [name, one] of merged) {
          if (map instanceof Map) map.set(name, one)
          else
            Object.defineProperty(map, String(name), {
              value: one,
              writable: true,
              enumerable: true,
              configurable: true,
            })
        }
      }
      return key
    },
  }
}

const isNumber = (tag: ScalarTag | CollectionTag): tag is ScalarTag =>
  ['int', 'float'].includes(nameOf(tag.tag)) && 'test' in tag && !String(tag.test).includes('inf')

/** What Go's parser of floats refuses stays a text. */
function finite(tag: ScalarTag): ScalarTag {
  return {
    ...tag,
    resolve: (text, onError, options) => {
      const read = tag.resolve(text, onError, options)
      const value: unknown = isScalar(read) ? read.value : read
      return typeof value === 'number' && !Number.isFinite(value) ? text : read
    },
  }
}

/**
 * YAML as kubectl reads it: sigs.k8s.io/yaml, whose YAML 1.1 knows no base 60 (`22:30` is a text) and no sets, leaves dates as
 * they are written, reads `0o17` as well as `017`, and takes a number that no double holds for a text.
 * Compared with kubectl by test/scenarios/explain/differential.test.ts.
 */
export const kubectlSchema = new Schema({ schema: 'yaml-1.1', merge: true, customTags: kubectlTags })
