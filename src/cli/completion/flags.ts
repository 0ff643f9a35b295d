import { type Candidate, type Completion, files, offer } from './candidate.ts'
import type { CompletableFlag, CompletableFlags, TypedLine } from './line.ts'
import type { Names } from './names.ts'

/** Flags whose value is a file or a folder: the shell knows best. */
const fileFlags = new Set([
  'ca',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'filename',
  'from-kubeconfig',
  'kubeconfig',
  'kustomize',
])

/** `--flag` and `-f` of what may still be typed. */
export function completeFlagName(line: TypedLine, flags: CompletableFlags): Completion {
  const candidates = Object.entries(flags)
    .filter(([name, flag]) => flag.hidden !== true && !line.typed.has(name))
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([name, flag]) => namesOf(name, flag))
  return offer(candidates, line.partial)
}

function namesOf(name: string, { char, description }: CompletableFlag): Candidate[] {
  const long = { word: `--${name}`, description }
  return char === undefined ? [long] : [{ word: `-${char}`, description }, long]
}

/** The values of a flag: its list, or what the kubeconfig and the cluster have. */
export async function completeFlagValue(
  name: string,
  flag: CompletableFlag | undefined,
  line: TypedLine,
  names: Names,
): Promise<Completion> {
  if (fileFlags.has(name)) return files
  const words = enumerated(flag)
  if (words.length > 0) {
    return offer(
      words.map((word) => ({ word })),
      line.partial,
    )
  }
  return offer(await names.ofFlag(name, line), line.partial)
}

/** The values that the flag's definition or, as kubectl writes it for -o, its description lists. */
function enumerated(flag: CompletableFlag | undefined): readonly string[] {
  if (flag?.type === 'boolean') return ['true', 'false']
  if (flag?.options !== undefined) return flag.options
  return /\bOne (?:or more )?of: \(([^)]+)\)/.exec(flag?.description ?? '')?.[1]?.split(/,\s*/) ?? []
}
