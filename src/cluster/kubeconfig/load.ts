import { readFile } from 'node:fs/promises'
import { delimiter, join, dirname, isAbsolute, resolve, sep } from 'node:path'
import { errorCode } from '../error-code.ts'
import { KubeconfigError } from '../answers/errors.ts'
import { readProblem } from '../files.ts'
import type { Environment } from '../types.ts'
import { parseKubeconfig, type KubeconfigFile } from './parse.ts'
import type { Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './types.ts'

/**
 * Loads the kubeconfig that kubectl would: the file of --kubeconfig, else those of KUBECONFIG, else
 * ~/.kube/config. Only a file that was asked for by the flag must exist.
 *
 * @throws KubeconfigError for a file that is missing, unreadable or malformed.
 */
export async function loadKubeconfig(
  explicit: string | undefined,
  { env, homedir }: Pick<Environment, 'env' | 'homedir'>,
): Promise<Kubeconfig> {
  if (explicit) {
    const content = await read(explicit)
    if (content === undefined) {
      throw new KubeconfigError(`error: stat ${explicit}: no such file or directory`, {
        hint: 'Check the path given with --kubeconfig.',
      })
    }
    return mergeKubeconfigs([{ path: explicit, content }])
  }
  const paths = env['KUBECONFIG']
    ? [...new Set(env['KUBECONFIG'].split(delimiter).filter((path) => path !== ''))]
    : homedir === undefined
      ? []
      : [join(homedir, '.kube', 'config')]
  const files = await Promise.all(paths.map(async (path) => ({ path, content: await read(path) })))
  return mergeKubeconfigs(
    files.filter((file): file is { path: string; content: KubeconfigFile } => file.content !== undefined),
  )
}

async function read(path: string): Promise<KubeconfigFile | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new KubeconfigError(`error: error loading config file "${path}": ${readProblem(path, cause)}`, {
      cause,
    })
  }
  return parseKubeconfig(text, path)
}

/**
 * Merges kubeconfigs as kubectl does: of several entries with one name the first file's is taken whole, the
 * first current-context that is not empty wins, and relative paths mean the directory of their own file.
 *
 * @throws KubeconfigError when one file has a name twice.
 */
export function mergeKubeconfigs(files: readonly { path: string; content: KubeconfigFile }[]): Kubeconfig {
  const merged = {
    currentContext: '',
    clusters: new Map<string, KubeconfigCluster>(),
    users: new Map<string, KubeconfigUser>(),
    contexts: new Map<string, KubeconfigContext>(),
  }
  for (const { path, content } of files) {
    const directory = dirname(resolve(path))
    merged.currentContext ||= content['current-context'] ?? ''
    addNew(merged.clusters, content.clusters, (it) => clusterIn(it.cluster ?? {}, directory), path)
    addNew(merged.users, content.users, (it) => userIn(it.user ?? {}, directory), path)
    addNew(merged.contexts, content.contexts, (it) => it.context ?? {}, path)
  }
  return merged
}

function addNew<T, Item extends { name?: string }>(
  known: Map<string, T>,
  items: Item[] | null | undefined,
  prepare: (item: Item) => T,
  path: string,
): void {
  const names = new Set<string>()
  for (const item of items ?? []) {
    const name = item.name ?? ''
    if (names.has(name)) {
      throw new KubeconfigError(
        `error: error loading config file "${path}": the name "${name}" is there twice`,
        {
          hint: 'Remove or rename one of the two, or choose another file with --kubeconfig or KUBECONFIG.',
        },
      )
    }
    names.add(name)
    if (!known.has(name)) known.set(name, prepare(item))
  }
}

function clusterIn(cluster: KubeconfigCluster, directory: string): KubeconfigCluster {
  return { ...cluster, ...absolute(cluster, ['certificate-authority'], directory) }
}

function userIn(user: KubeconfigUser, directory: string): KubeconfigUser {
  const result = { ...user, ...absolute(user, ['client-certificate', 'client-key', 'tokenFile'], directory) }
  // A bare command is looked up in PATH; one with a directory is a file like the others.
  if (!result.exec?.command?.includes(sep)) return result
  return { ...result, exec: { ...result.exec, ...absolute(result.exec, ['command'], directory) } }
}

/** Those of the keys that hold a relative path, with the path made absolute. */
function absolute<K extends string>(
  entry: { readonly [key in K]?: string },
  keys: readonly K[],
  directory: string,
): { [key in K]?: string } {
  const result: { [key in K]?: string } = {}
  for (const key of keys) {
    const path = entry[key]
    if (path && !isAbsolute(path)) result[key] = resolve(directory, path)
  }
  return result
}
