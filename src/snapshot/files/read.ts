import { type Dirent, existsSync } from 'node:fs'
import { glob, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseDocument } from 'yaml'
import { shellWord } from '../../model/common/words/shell.ts'
import { messageOf, UserError } from '../../model/common/user-error.ts'
import { commandLine } from '../../model/targets/command.ts'
import { asRecord } from '../../model/common/values.ts'

export interface SourceFile {
  /** As the user named it; `-` is standard input. */
  name: string
  text: string
  /** It was named itself, so that it has to hold objects; a file of a folder may be anything. */
  named: boolean
}

const explainInput = commandLine('explain', { file: '-' })

/** What kubectl takes from a folder (k8s.io/cli-runtime, resource.FileExtensions). */
const extensions = /\.(json|yaml|yml)$/i

/** What makes a folder one that kustomize reads (sigs.k8s.io/kustomize, konfig.RecognizedKustomizationFileNames). */
const kustomizations = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

/** What makes a folder a chart of Helm (helm.sh/helm, chartutil.ChartfileName). */
const chart = 'Chart.yaml'

/** The files that `-f` names, one after the other. Rejects with UserError for what cannot be read. */
export async function* readFiles(
  names: readonly string[],
  isRecursive: boolean,
  stdin: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<SourceFile, void, undefined> {
  for (const name of (await Promise.all(names.map(namesIn))).flat()) {
    if (name === '-') {
      yield { name, text: await textOf(stdin), named: true }
    } else if (/^https?:\/\//.test(name)) {
      throw new UserError(`cannot read ${name}: only files and folders`, {
        hints: [`for example:  curl -sL ${shellWord(name)} | ${explainInput}`],
      })
    } else {
      yield* readPath(name, isRecursive, true)
    }
  }
}

/** As kubectl reads `-f`: a list with commas, and a pattern that the shell left alone. What is there is that. */
async function namesIn(word: string): Promise<string[]> {
  if (/^https?:\/\//.test(word) || existsSync(word)) return [word]
  const parts = word.split(',')
  if (parts.length > 1) return (await Promise.all(parts.map(namesIn))).flat()
  const found = /[*?[]/.test(word) ? await Array.fromAsync(glob(word)) : []
  return found.length > 0 ? found.toSorted() : [word]
}

async function* readPath(
  name: string,
  isRecursive: boolean,
  named: boolean,
): AsyncGenerator<SourceFile, void, undefined> {
  let entries: Dirent[]
  try {
    const isFolder = (await stat(name)).isDirectory()
    if (!isFolder) {
      if (kustomizations.has(basename(name))) throw isKustomization(dirname(name))
      if (basename(name) === chart) throw isChart(dirname(name))
      yield { name, text: decode(await readFile(name)), named }
      return
    }
    entries = await readdir(name, { withFileTypes: true })
  } catch (error) {
    throw unreadable(name, error)
  }
  if (entries.some((entry) => kustomizations.has(entry.name))) throw isKustomization(name)
  if (entries.some((entry) => entry.name === chart)) throw isChart(name)
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(name, entry.name)
    if (entry.isDirectory()) {
      if (isRecursive) yield* readPath(path, true, false)
    } else if (extensions.test(entry.name)) {
      yield* readPath(path, isRecursive, false)
    }
  }
}

/** Throws UserError for a patch that a kustomization beside it names: it is a part of an object, and may be edited alone. */
export async function refusePatch(name: string): Promise<void> {
  const beside = [...kustomizations].map((file) => join(dirname(name), file)).find(existsSync)
  if (name === '-' || beside === undefined) return
  const said: unknown = parseDocument(decode(await readFile(beside))).toJS()
  const { patches, patchesStrategicMerge, patchesJson6902 } = asRecord(said)
  const lists = [patches, patchesStrategicMerge, patchesJson6902].flatMap((one) =>
    Array.isArray(one) ? one : [],
  )
  const paths = lists.map((one: unknown) => (typeof one === 'string' ? one : asRecord(one)['path']))
  if (paths.some((path) => typeof path === 'string' && join('.', path) === basename(name)))
    throw isKustomization(dirname(name), `"${name}" is a patch of a kustomization`)
}

function isKustomization(
  folder: string,
  words = `"${folder}" is a kustomization: its files are parts of objects, and patches`,
): UserError {
  return new UserError(words, {
    hints: [
      `explain what comes of it:  ${commandLine('explain', { kustomization: folder })}`,
      `or:  kubectl kustomize ${shellWord(folder)} | ${explainInput}`,
    ],
  })
}

function isChart(folder: string): UserError {
  return new UserError(`"${folder}" is a Helm chart: its templates are no YAML before they are filled in`, {
    hints: [`explain what comes of it:  helm template ${shellWord(folder)} | ${explainInput}`],
  })
}

async function textOf(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return decode(Buffer.concat(chunks))
}

/** UTF-8, or UTF-16 where its mark says so: what PowerShell's `>` writes, and kubectl reads. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}

function unreadable(name: string, error: unknown): UserError {
  if (error instanceof UserError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return new UserError(`the path "${name}" does not exist`)
  const why = code === 'EACCES' ? 'permission denied' : messageOf(error)
  return new UserError(`cannot read "${name}": ${why}`, { cause: error })
}
