import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../model/user-error.ts'

export interface ManifestFile {
  /** As it is shown: the path, or `-` for standard input. */
  name: string
  text: string
}

export interface FileOptions {
  recursive: boolean
  stdin: AsyncIterable<Uint8Array | string>
}

/** What kubectl takes from a folder (k8s.io/cli-runtime, FileExtensions). */
const extension = /\.(json|ya?ml)$/

/** The files that `-f` names, as kubectl reads them: files, folders (`-R` with those below), and `-`. */
export async function readManifests(
  names: readonly string[],
  { recursive, stdin }: FileOptions,
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = []
  for (const name of names) {
    if (name === '-') files.push({ name, text: await textOf(stdin) })
    else for (const path of await filesOf(name, recursive)) files.push({ name: path, text: await read(path) })
  }
  return files
}

async function filesOf(path: string, recursive: boolean): Promise<string[]> {
  if (/^https?:\/\//.test(path)) {
    throw new UserError(`cannot read "${path}": only files, folders and "-"`, {
      hints: [`curl -fsS ${path} | kubectl affinity … -f -`],
    })
  }
  const { isFolder } = await look(path)
  if (!isFolder) return [path]
  const entries = await readdir(path, { withFileTypes: true, recursive })
  const found = entries
    .filter((entry) => entry.isFile() && extension.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (found.length > 0) return found
  throw new UserError(`error reading [${path}]: recognized file extensions are [.json .yaml .yml]`, {
    hints: recursive ? [] : ['-R looks into the folders below as well'],
  })
}

async function look(path: string): Promise<{ isFolder: boolean }> {
  try {
    return { isFolder: (await stat(path)).isDirectory() }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new UserError(`the path "${path}" does not exist`, { cause: error })
    throw unreadable(path, error)
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError(`cannot read "${path}": ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  })
}

async function textOf(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
