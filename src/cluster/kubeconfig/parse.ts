import { isRecord } from '../../model/common/values.ts'
import { KubeconfigError } from '../answers/errors.ts'
import type { KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './types.ts'

/** One kubeconfig file as it stands on disk. */
export interface KubeconfigFile {
  'current-context'?: string
  clusters?: { name?: string; cluster?: KubeconfigCluster | null }[] | null
  users?: { name?: string; user?: KubeconfigUser | null }[] | null
  contexts?: { name?: string; context?: KubeconfigContext | null }[] | null
}

/**
 * Reads the YAML (or JSON) of one kubeconfig. Strict where a slip would otherwise surface later as a puzzle: a
 * value of the wrong type is named with its place. An empty file is an empty kubeconfig, as for kubectl.
 *
 * @throws KubeconfigError names the file, the line and what to do.
 */
export async function parseKubeconfig(text: string, file: string): Promise<KubeconfigFile> {
  const content = await parseYaml(text, file)
  if (content === null || content === undefined) return {}
  if (!isRecord(content))
    throw malformed(
      file,
      'yaml: line 1: expected "clusters", "users" and "contexts", got plain text or a list',
    )
  checkKind(content, file)
  checkList(content, 'clusters', 'cluster', CLUSTER_STRINGS, file)
  checkList(content, 'users', 'user', USER_STRINGS, file)
  checkList(content, 'contexts', 'context', ['cluster', 'user', 'namespace'], file)
  checkString(content, 'current-context', '', file)
  return content
}

/**
 * The first document, with the last of two equal keys, as kubectl reads it. By js-yaml, which every kubeconfig with
 * a cloud's login brings along in client-node: it takes a fifth of the time of the package that keeps comments, and
 * certificates in base64 make kubeconfigs long.
 */
async function parseYaml(text: string, file: string): Promise<unknown> {
  const { CORE_SCHEMA, loadAll, YAMLException } = await import('js-yaml')
  try {
    const content = loadAll(text, { schema: CORE_SCHEMA, json: true })[0]
    if (text.includes('*') && containsItself(content))
      throw malformed(file, 'yaml: the value of an anchor contains itself')
    return content
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw malformed(file, `yaml: line ${(error.mark?.line ?? 0) + 1}: ${error.reason}`)
  }
}

/** Looks at each part once, however often aliases repeat it. */
function containsItself(value: unknown, within = new Set<unknown>(), seen = new Set<unknown>()): boolean {
  if (within.has(value)) return true
  if (typeof value !== 'object' || value === null || seen.has(value)) return false
  seen.add(value)
  within.add(value)
  const isSo = Object.values(value).some((part) => containsItself(part, within, seen))
  within.delete(value)
  return isSo
}

const CLUSTER_STRINGS = [
  'server',
  'tls-server-name',
  'certificate-authority',
  'certificate-authority-data',
  'proxy-url',
]
const USER_STRINGS = [
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
  'token',
  'tokenFile',
  'username',
  'password',
  'as',
  'as-uid',
]

function checkList(
  content: Record<string, unknown>,
  list: string,
  item: string,
  strings: string[],
  file: string,
): void {
  const entries = content[list]
  if (entries === null || entries === undefined) return
  if (!Array.isArray(entries)) throw malformed(file, `${list} must be a list`)
  for (const [index, entry] of entries.entries()) {
    const place = `${list}[${index}]`
    if (!isRecord(entry)) throw malformed(file, `${place} must have a name and a ${item}`)
    checkString(entry, 'name', `${place}.`, file)
    const body = entry[item]
    if (body === null || body === undefined) continue
    if (!isRecord(body)) throw malformed(file, `${place}.${item} must be a map`)
    for (const key of strings) checkString(body, key, `${place}.${item}.`, file)
  }
}

/** Both may be left out. */
function checkKind(content: Record<string, unknown>, file: string): void {
  for (const key of ['kind', 'apiVersion']) checkString(content, key, '', file)
  const { kind, apiVersion } = content as { kind?: string | null; apiVersion?: string | null }
  if ((kind || 'Config') === 'Config' && (apiVersion || 'v1') === 'v1') return
  throw malformed(file, `no kind "${kind || 'Config'}" is registered for version "${apiVersion || 'v1'}"`)
}

function checkString(entry: Record<string, unknown>, key: string, place: string, file: string): void {
  const value = entry[key]
  if (typeof value === 'string' && key.endsWith('-data') && !isBase64(value))
    throw malformed(file, `illegal base64 data in ${place}${key}`)
  if (value === null || value === undefined || typeof value === 'string') return
  const scalar = typeof value === 'number' || typeof value === 'boolean'
  throw malformed(
    file,
    `${place}${key} must be a string${scalar ? `: write "${String(value)}" in quotes` : ''}`,
  )
}

/** With padding, lines as they like. */
function isBase64(text: string): boolean {
  const bare = text.replaceAll(/[\r\n]/g, '')
  return bare.length % 4 === 0 && /^[\w+/]*={0,2}$/.test(bare) && !bare.includes('_')
}

function malformed(file: string, problem: string): KubeconfigError {
  return new KubeconfigError(`error: error loading config file "${file}": ${problem}`, {
    hint: 'Correct the file, or choose another one with --kubeconfig or KUBECONFIG.',
  })
}
