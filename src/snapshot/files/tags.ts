import type { ScalarTag, Tags } from 'yaml'

/**
 * YAML as kubectl reads it: sigs.k8s.io/yaml, whose YAML 1.1 knows no base 60 (`22:30` is a text), leaves dates as they
 * are written, reads `0o17` as well as `017`, and takes a number that no double holds for a text.
 * Compared with kubectl by test/scenarios/differential.test.ts.
 */
export function kubectlTags(tags: Tags): Tags {
  const others = tags.filter((tag) => typeof tag === 'string' || !dropped(tag as ScalarTag))
  return [octal, ...others.map((tag) => (isFinitely(tag) ? finite(tag) : tag)), binary]
}

const dropped = ({ tag, format }: ScalarTag): boolean =>
  format === 'TIME' || tag === 'tag:yaml.org,2002:timestamp' || tag === 'tag:yaml.org,2002:binary'

const octal: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  format: 'OCT',
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => {
    const value = Number.parseInt(text.replace(/[-+_]/g, '').slice(2), 8)
    return text.startsWith('-') ? -value : value
  },
}

const binary: ScalarTag = {
  identify: () => false,
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text) => Buffer.from(text, 'base64').toString(),
}

const isNumber = (tag: unknown): tag is ScalarTag =>
  typeof tag === 'object' &&
  tag !== null &&
  'tag' in tag &&
  (tag.tag === 'tag:yaml.org,2002:int' || tag.tag === 'tag:yaml.org,2002:float') &&
  'test' in tag

const isFinitely = (tag: unknown): tag is ScalarTag => isNumber(tag) && !String(tag.test).includes('inf')

/** What Go's parser of whole numbers (64 bits) and floats refuses stays a text. */
function finite(tag: ScalarTag): ScalarTag {
  const isHex = tag.format === 'HEX' || tag.format === 'BIN'
  return {
    ...tag,
    resolve: (text, onError, options) => {
      const value = tag.resolve(text, onError, options)
      if (typeof value !== 'number') return value
      return Number.isFinite(value) && !(isHex && Math.abs(value) >= 2 ** 64) ? value : text
    },
  }
}
