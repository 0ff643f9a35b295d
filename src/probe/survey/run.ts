import type { AgentTarget } from '../../agent/config.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { PodNodes } from '../../cluster/nodes.ts'
import type { ProbeSurvey, SurveyEntry } from '../../model/survey.ts'
import { UserError } from '../../model/user-error.ts'
import { announcement } from '../announce.ts'
import { checkNode, clientNodes } from '../clients/nodes.ts'
import { entriesFromHere } from '../entries/asked.ts'
import { findEntries } from '../entries/find.ts'
import { findImages } from '../image/find.ts'
import { clientsSpec, newRun, observe, observeHere, type ObserveSurroundings } from '../observe.ts'
import { originWords } from '../origin.ts'
import { planProbe, type ProbeOptions, type ProbePlan } from '../plan.ts'
import { examineService } from '../preflight.ts'
import { readService } from '../read.ts'
import { type LiveSurvey, SurveyCollector } from './collect.ts'

export interface SurveySurroundings extends ObserveSurroundings<ProbeSurvey> {
  progress: {
    stage: (text: string) => void
    note: (text: string) => void
    update: (state: () => LiveSurvey) => void
  }
  /** How many clients the Service proxy remembers per pod and port on each node, where that is limited. */
  tableCapacity?: number
}

/**
 * Probes a Service with several clients, or through several entries: like `runProbe`, with a verdict for each client at
 * each entry and one for all.
 */
export async function runSurvey(
  cluster: Cluster,
  options: ProbeOptions,
  surroundings: SurveySurroundings,
): Promise<ProbeSurvey> {
  const { progress, interrupted, tableCapacity } = surroundings
  const run = newRun()
  const { runId } = run
  const [{ service, slices }, nodes, imageFor] = await Promise.all([
    readService(cluster, options.namespace, options.service, interrupted),
    options.spreadNodes === true ? clientNodes(cluster, interrupted) : undefined,
    findImages(cluster, options, interrupted),
    checkNode(cluster, options.node, interrupted),
  ])
  const subject = examineService(service, slices, options.port, options.protocol)
  const { entries, notes } = await findEntries(cluster, service, subject, options, interrupted)
  const clients = options.clients ?? (options.spreadNodes === true ? onePerNode(nodes) : 1)
  const here = options.viaLocal === true
  const plan = planProbe(options, subject, entries, clients + Number(here))
  plan.notes.push(...nodeNotes(nodes), ...notes)
  const image = imageFor(plan.agent)
  const pods = originWords({ kind: 'job', image }, options, runId)
  const from = clients === 0 ? 'this machine' : here ? `${pods}, and from this machine` : pods
  for (const line of announcement(subject, plan, from, entries, clients, here)) progress.note(line)
  const begun = Promise.withResolvers<void>()
  const collector = new SurveyCollector({
    options,
    subject,
    entries,
    clients,
    here,
    plan,
    run,
    image,
    interrupted,
    ...(tableCapacity === undefined ? {} : { tableCapacity }),
    onUpdate: (state) => {
      begun.resolve()
      progress.update(state)
    },
    onStage: progress.stage,
    onNote: progress.note,
  })
  const spec = clientsSpec(options, plan, image, runId, clients)
  if (!here) return await observe(cluster, options, spec, collector, surroundings)
  const { runHere } = await import('../clients/here.ts')
  const agent = { ...plan.agent, targets: targetsFromHere(plan, entries) }
  const askHere = async (): Promise<void> => await runHere(agent, collector, interrupted)
  if (clients === 0) return await observeHere(cluster, options, collector, askHere, surroundings)
  // Together with the first pod: until that runs there is nothing to compare with, and afterwards the job is gone.
  const beside = begun.promise.then(askHere)
  beside.catch(() => {})
  return await observe(cluster, options, spec, collector, {
    ...surroundings,
    besides: async () => {
      begun.resolve()
      await beside
    },
  })
}

function targetsFromHere({ agent }: ProbePlan, entries: readonly SurveyEntry[]): AgentTarget[] {
  const own = new Set(entriesFromHere(entries))
  return agent.targets.filter((_, index) => own.has(entries[index]!))
}

function onePerNode(nodes: PodNodes | undefined): number {
  if (nodes === undefined) {
    throw new UserError(
      'listing nodes is not allowed, so there is no telling how many clients to spread over them',
      {
        hints: ['say how many with --clients'],
      },
    )
  }
  if (nodes.usable.length > 0) return nodes.usable.length
  throw new UserError('no node takes pods', { hints: nodeNotes(nodes) })
}

function nodeNotes(nodes: PodNodes | undefined): string[] {
  return (nodes?.unusable ?? []).map(({ name, why }) => `no client runs on ${name}: ${why}`)
}
