import { stderr, stdout } from '../cli/terminal.ts'
import * as Flags from '@oclif/core/flags'
import { listFlag, outputFlag, readFormat, textFlag } from '../cli/flags/values.ts'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import { compileSoon } from '../cli/oclif/compile-soon.ts'
import { exitCodes } from '../cli/errors.ts'
import { standardOutput } from '../cli/output.ts'
import type { Cluster } from '../cluster/index.ts'
import { usageError } from '../model/common/user-error.ts'
import { createRenderer, explainFormats } from '../report/explain/render.ts'
import { serviceKind } from '../mechanisms/service/objects.ts'
import { anyKind, type TargetKind } from '../model/affinity/target.ts'
import { handled } from '../model/common/stream.ts'
import { parseQuery } from '../model/targets/parse.ts'
import { readGroups } from '../snapshot/cluster/groups.ts'
import { type Printed, printSteps } from './explain/print.ts'

type ShownOptions = Parameters<typeof createRenderer>[1]

const levels = ['error', 'warning', 'info'] as const

export default class Explain extends BaseCommand {
  static override summary = 'Show who decides which pod gets a connection, and what is wrong with it.'
  static override description = [
    'Reads the Service and what matters for it, changes nothing, and draws the way from each entry (cluster IP, node ports, load balancer, Ingress, routes) to the pods. What stands on the way is marked: who decides, and whose setting has no effect. Then come findings, the worst first, with what mends them. What may not be read is named and not guessed.',
    'With -f, manifests are checked without a cluster, misspelt fields and values included. The exit code is 0 unless --fail-on says otherwise; with it, 3 when there is a finding of that level or worse.',
  ].join('\n\n')
  static override usage = [
    'kubectl affinity explain (svc/NAME ... | svc NAME ... | NAME ... | -l LABEL | --all | -A) [flags] [options]',
    'kubectl affinity explain (-f FILENAME [-R] | -k DIRECTORY) [flags] [options]',
    'kubectl affinity explain (--list | AFF-CODE)',
  ]
  static override examples = [
    {
      description: "Who decides which pod a client of the Service 'web' gets?",
      command: 'kubectl affinity explain svc/web',
    },
    {
      description: 'Find what is wrong in any namespace',
      command: 'kubectl affinity explain -A --findings-only --level warning',
    },
    {
      description: 'Check manifests in a pipeline',
      command: 'kubectl affinity explain -f manifests/ -R --fail-on warning -o junit',
    },
    {
      description: 'Read what a finding means, without a network',
      command: 'kubectl affinity explain AFF-SVC-HEADLESS',
    },
  ]
  static override flags = {
    all: Flags.boolean({ description: 'Explain all Services of the namespace.' }),
    'all-namespaces': Flags.boolean({ char: 'A', description: 'Explain the Services of all namespaces.' }),
    'fail-on': Flags.option({ options: levels })({
      description: 'Exit with 3 when there is a finding of this level or worse: error, warning or info.',
      helpValue: "''",
    }),
    filename: listFlag({
      char: 'f',
      description: 'Files or folders with manifests to check instead of a cluster; - is standard input.',
    }),
    'findings-only': Flags.boolean({ description: 'Show a line for each finding, and no paths.' }),
    kustomize: textFlag({
      char: 'k',
      description: 'A folder with a kustomization, whose objects are checked instead of a cluster.',
    }),
    level: Flags.option({ options: levels })({
      description: 'Show findings of this level or worse: error, warning or info.',
      default: 'info',
    }),
    list: Flags.boolean({ description: 'List all finding codes.' }),
    output: outputFlag({ description: `Output format. One of: (${explainFormats.join(', ')}).` }),
    recursive: Flags.boolean({ char: 'R', description: 'Read folders in the folders of -f, too.' }),
    selector: textFlag({
      char: 'l',
      description: 'Explain the Services with these labels, as kubectl selects them (e.g. -l app=web).',
    }),
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(Explain)
    const words = argv.map(String)
    const asked = words.length > 0 || flags.all || flags['all-namespaces'] || flags.recursive
    const isNarrowed =
      asked || [flags.filename, flags.kustomize, flags.selector].some((one) => one !== undefined)
    if (flags.list && isNarrowed)
      throw usageError('--list lists all codes: it goes with no names, -f, -k, -R, -l, --all or -A')
    const isPages = words.length > 0 && words.every((word) => /^aff-/i.test(word))
    if ((flags.list || isPages) && flags.output !== 'text')
      throw usageError('the codes and their pages are text: they go with no -o')
    if (flags.list) return await printCodes()
    if (isPages) return await printPages(words)
    const { level, 'findings-only': findingsOnly, 'fail-on': failOn, filename } = flags
    const format = readFormat(flags.output, explainFormats)
    const {
      selector,
      all,
      'all-namespaces': allNamespaces,
      kustomize,
      recursive,
      namespace = 'default',
    } = flags
    const isFiles = filename !== undefined || kustomize !== undefined
    if (isFiles && (words.length > 0 || selector !== undefined || all || allNamespaces)) {
      const flag = filename === undefined ? '-k' : '-f'
      throw usageError(`${flag} reads all Services of the files: it goes with no names, -l, --all or -A`)
    }
    if (kustomize !== undefined && (filename !== undefined || recursive)) {
      throw usageError('-k goes with neither -f nor -R')
    }
    const shown: ShownOptions = {
      ...standardOutput(process),
      level,
      findingsOnly,
      single: false,
      compact: allNamespaces,
      isList: false,
      next: () => [],
    }
    if (isFiles) {
      const { explainFiles, explainKustomization } = await import('../snapshot/explanations.ts')
      const steps =
        kustomize === undefined
          ? explainFiles(filename ?? [], { recursive, namespace, stdin: process.stdin })
          : explainKustomization(kustomize, namespace)
      return exitCodeOf(await printSteps(steps, createRenderer(format, shown), failOn))
    }
    if (allNamespaces) compileSoon()
    const kinds = await kindsFor(words, isNarrowed)
    const query = parseQuery(words, { selector, all, allNamespaces }, { verb: 'explain', kinds })
    return await this.withCluster(flags, async ({ cluster, interrupt }) => {
      // While the server answers, what asks for the rest is loaded.
      const groups = handled(readGroups(cluster, interrupt.first))
      const [{ explainCluster }, { nextSteps }] = await Promise.all([
        import('../snapshot/explanations.ts'),
        import('./explain/next.ts'),
      ])
      const renderer = createRenderer(format, {
        ...shown,
        single: query.kind === 'names' && query.targets.length === 1,
        isList: query.kind === 'list',
        next: nextSteps,
      })
      const steps = explainCluster(cluster, query, interrupt.first, groups)
      const printed = await printSteps(steps, renderer, failOn, interrupt.first)
      if (query.kind === 'list' && printed.explained === 0) stderr.write(nothingFound(cluster, allNamespaces))
      return exitCodeOf(printed)
    })
  }
}

function exitCodeOf({ failure, isTooBad }: Printed): number {
  return failure ?? (isTooBad ? exitCodes.differs : 0)
}

async function printCodes(): Promise<number> {
  const { listCodes } = await import('../analysis/pages.ts')
  stdout.write(listCodes())
  return 0
}

async function printPages(codes: readonly string[]): Promise<number> {
  const { pageOf } = await import('../analysis/pages.ts')
  const pages = await Promise.all(codes.map(pageOf))
  stdout.write(pages.join('\n'))
  return 0
}

/** As kubectl says it. */
function nothingFound({ namespace }: Cluster, allNamespaces: boolean): string {
  return allNamespaces ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`
}

/** Those of all mechanisms are loaded where something else than a Service may be meant. */
async function kindsFor(
  words: readonly string[],
  isAsked: boolean,
): Promise<readonly [TargetKind, ...TargetKind[]]> {
  const isService = (word: string): boolean =>
    [serviceKind.name, ...serviceKind.words].some((kind) => word.toLowerCase().startsWith(`${kind}/`))
  if (isAsked && words.every(isService)) return [anyKind(serviceKind)]
  const { targetKinds } = await import('../mechanisms/index.ts')
  return targetKinds
}
