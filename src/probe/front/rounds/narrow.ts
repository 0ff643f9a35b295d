import type { Breaks, CheckedStage } from '../../../model/probe/breaks.ts'
import { breakOf } from '../../../judge/users/breaks.ts'
import { isPromise } from '../../../model/affinity/policy.ts'
import type { FrontPlace, ProbeSurvey, SurveyCell } from '../../../model/probe/results/survey.ts'
import type { Front, ProbeOptions } from '../../plan/options.ts'
import { askAgain, type FurtherRound } from './again.ts'
import { takenBy } from './dropped.ts'
import { atReplicas, findReplicas } from '../ways/replicas.ts'
import { examineService } from '../../plan/preflight.ts'
import { readService } from '../../plan/read.ts'

/** Requests to each part of the way; of two pods without affinity they are as good as never on one. */
const requests = 30
/** Pods that are asked by themselves. */
const mostPods = 3

/**
 * Where users moved who should have stayed: asks past the gateway, and past the Service, and says which hop it is.
 * Undefined where there is nothing to look for. What it makes in the cluster is removed before it returns.
 */
export async function narrow(round: FurtherRound): Promise<Breaks | undefined> {
  const { options, survey, control } = round
  const { users = [], entries, cells } = survey
  const moved = users.find(({ result, expected }) => result === 'differs' && expected === 'sticky')
  // Each place keeps its users; that they do not get along is shown already.
  if (moved?.cause.kind === 'elsewhere') return undefined
  if (moved === undefined && users.some(({ cause }) => cause.kind === 'something-else'))
    return heldElsewhere(options)
  const front = moved === undefined ? undefined : entries[moved.entry]?.front
  if (moved === undefined || front === undefined || control.interrupted.aborted) return undefined
  const own = cells.filter(({ entry }) => entry === moved.entry)
  const isTakenInFront = moved.entry === 0 && takenBy(survey).length > 0
  // What is asked past a sidecar passes it as well.
  const isMesh = options.front?.isMesh === true
  const isClear =
    isTakenInFront || isMesh || moved.cause.kind === 'never-sent' || moved.cause.kind === 'no-cookie'
  const all = [
    stageOf(
      'gateway',
      own.filter(({ session }) => survey.sessions[session]?.keeps === 'cookies'),
    ),
    ...(isClear ? [] : await pastTheGateway(round, front)),
  ]
  // Its users are to be asked after, and not those who are asked about.
  if (!isClear && front.replica === undefined) {
    const stage = await eachReplica(round, moved.entry)
    if (stage !== undefined) all.splice(1, 0, stage)
  }
  // Where nobody answered any more, or nobody knows who, nothing was seen.
  const checked = all.filter(({ picks }) => picks > 0)
  const at = breakOf({
    cause: moved.cause,
    isConfigured: isPromise(front.policy) === true,
    named: namedBy(own),
    checked,
    isTakenInFront,
    endpointsChanged: survey.endpointChanges.length > 0,
    isDrawn: moved.between !== undefined && moved.between.changes === moved.between.of,
  })
  return { ...(at === undefined ? {} : { at }), checked, suspects: [...(options.front?.suspects ?? [])] }
}

/** Nobody moved, and the cookie holds nobody: what `explain` finds wrong may say what does. */
function heldElsewhere({ front }: ProbeOptions): Breaks | undefined {
  const { suspects = [] } = front ?? {}
  return suspects.length === 0 ? undefined : { checked: [], suspects: [...suspects] }
}

/** Where there are several replicas: whether each of them keeps users by itself. */
async function eachReplica(round: FurtherRound, entry: number): Promise<CheckedStage | undefined> {
  const { cluster, options, control, onStage } = round
  const place = options.front?.places[entry]
  if (options.front === undefined || place === undefined || isPromise(place.policy) !== true) return undefined
  const { replicas } = await findReplicas(cluster, place, control.interrupted)
  if (replicas.length < 2) return undefined
  onStage('asking each replica of the gateway by itself')
  const { isJourney: _isJourney, ...front } = options.front
  const found = await atPlaces(round, options, atReplicas({ ...front, places: [place] }, replicas), 3)
  const own = (found?.cells ?? []).filter(({ session }) => found?.sessions[session]?.keeps === 'cookies')
  return stageOf('replicas', own)
}

/** A second run with other places, from one pod. */
async function atPlaces(
  round: FurtherRound,
  options: ProbeOptions,
  front: Front,
  users: number,
): Promise<ProbeSurvey | undefined> {
  const { viaLocal: _viaLocal, spreadNodes: _spreadNodes, ...rest } = options
  return await askAgain(round, { ...rest, clients: 1, front, users, withoutControl: true, requests })
}

async function pastTheGateway(
  round: FurtherRound,
  { service: name, hostName, path }: Pick<FrontPlace, 'service' | 'hostName' | 'path'>,
): Promise<CheckedStage[]> {
  const { cluster, control, onStage } = round
  const options = { ...round.options, service: name ?? round.options.service }
  onStage('users moved; asking past the gateway, and past the Service')
  const { service, slices } = await readService(
    cluster,
    options.namespace,
    options.service,
    control.interrupted,
  )
  const subject = examineService(service, slices, options.port)
  const place = { hostName, path, scheme: 'auto', policy: { kind: 'unknown' } } as const
  const pods = subject.endpoints.filter(({ ready }) => ready).slice(0, mostPods)
  const places: Front['places'] = [
    { ...place, address: subject.service.clusterIP, port: subject.service.port },
    ...pods.map(({ address, port }) => ({ ...place, address, port })),
  ]
  const found = await atPlaces(round, options, { places }, 1)
  const cells = found?.cells ?? []
  return [
    stageOf(
      'service',
      cells.filter(({ entry }) => entry === 0),
    ),
    stageOf(
      'pods',
      cells.filter(({ entry }) => entry > 0),
    ),
  ]
}

function stageOf(stage: CheckedStage['stage'], cells: readonly SurveyCell[]): CheckedStage {
  // Where answers look alike, nobody knows whether pods change.
  const told = cells.filter(({ recognition }) => recognition.by !== 'anonymous')
  return {
    stage,
    picks: told.reduce((sum, { verdict }) => sum + verdict.picks, 0),
    changed: told.reduce((sum, { verdict }) => sum + verdict.switches, 0),
  }
}

function namedBy(cells: readonly SurveyCell[]): { answers: number; disagreed: number } {
  const naming = cells.flatMap(({ cookies = [] }) => cookies.filter(({ names }) => names !== undefined))
  return {
    answers: naming.reduce((sum, { sent, unconfirmed = 0 }) => sum + sent - unconfirmed, 0),
    disagreed: naming.reduce((sum, { disagreed }) => sum + disagreed, 0),
  }
}
