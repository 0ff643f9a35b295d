import { readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { KubeconfigError } from '../answers/errors.ts'
import { readProblem } from '../files.ts'
import type { Environment } from '../types.ts'
import { mergeKubeconfigs } from './merge.ts'
import { parseKubeconfig, type KubeconfigFile } from './parse.ts'
import type { Kubeconfig } from './types.ts'

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
