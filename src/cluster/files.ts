import { readFile } from 'node:fs/promises'
import { errorCode } from './error-code.ts'
import { KubeconfigError } from './answers/errors.ts'

/**
 * A certificate or key: the base64 of a `-data` field if there is one, else the contents of the file.
 *
 * @throws KubeconfigError when the file cannot be read; `what` says what it is for.
 */
export async function dataOrFile(
  data: string | undefined,
  file: string | undefined,
  what: string,
): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString('utf8')
  if (!file) return undefined
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new KubeconfigError(`error: unable to read ${what} ${file} due to ${readProblem(file, cause)}`, {
      cause,
    })
  }
}

/** Why a file cannot be read, as kubectl words it. */
export function readProblem(path: string, cause: unknown): string {
  switch (errorCode(cause)) {
    case 'ENOENT':
      return `open ${path}: no such file or directory`
    case 'EACCES':
      return `open ${path}: permission denied`
    case 'ELOOP':
      return `open ${path}: too many levels of symbolic links`
    case 'EISDIR':
      return `read ${path}: is a directory`
    default:
      return String(cause)
  }
}
