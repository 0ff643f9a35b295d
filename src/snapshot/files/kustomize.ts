import { execFile } from 'node:child_process'
import { UserError } from '../../model/common/user-error.ts'
import type { SourceFile } from './read.ts'

/** Enough for the objects of any kustomization. */
const mostBytes = 256 * 1024 * 1024

/** What kubectl's `-k` applies: the objects that a kustomization makes. Rejects with UserError where it makes none. */
export async function kustomized(folder: string): Promise<SourceFile> {
  return await new Promise((resolve, reject) => {
    execFile('kubectl', ['kustomize', folder], { maxBuffer: mostBytes }, (error, stdout, stderr) => {
      // Lines are those of what comes of it, and not of a file.
      if (error === null) resolve({ name: `${folder} (rendered)`, text: stdout, named: true })
      else reject(failure(folder, error, stderr))
    })
  })
}

function failure(folder: string, error: Error, stderr: string): UserError {
  if ('code' in error && error.code === 'ENOENT')
    return new UserError('a kustomization is read by kubectl, which is not in PATH', { cause: error })
  const [first = ''] = stderr.trim().split('\n')
  // Some builds of kubectl write it as a line of a log.
  const words = /err="((?:[^"\\]|\\.)*)"/.exec(first)?.[1] ?? first.replace(/^error: /, '')
  return new UserError(`cannot read the kustomization "${folder}": ${words === '' ? error.message : words}`, {
    cause: error,
  })
}
