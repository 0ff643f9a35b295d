import { randomBytes } from 'node:crypto'
import { affinityCookie } from './affinity-cookie.ts'
import { askAgain, type FurtherRound } from './again.ts'
import { atFirstPlace } from '../journey.ts'
import { judgeForged } from '../../../judge/users/forged.ts'
import type { ForgedSurvey } from '../../../model/probe/cookies/forged.ts'
import { familyOf } from '../../../model/common/network/ip.ts'
import type { ProbeSurvey, SurveyCell } from '../../../model/probe/results/survey.ts'
import { endpointsOfPort } from '../../../model/cluster/endpoint.ts'
import { examineService } from '../../plan/preflight.ts'
import { readService } from '../../plan/read.ts'
import { type Forgery, forgeriesOf } from '../../count/users/forgeries.ts'
import { upstreamsOf } from '../../count/users/judge.ts'

/** Of each user. */
const requests = 12

/**
 * Sends cookies that nobody was given, in the place of one that a proxy makes, and tells what became of them: a hash keeps any
 * text on a pod, a record is replaced. Undefined where no such cookie was seen. What it makes in the cluster is
 * removed before it returns.
 */
export async function forge(round: FurtherRound): Promise<ForgedSurvey | undefined> {
  const { cluster, options, survey, control, onStage } = round
  const entry = survey.entries[0]
  const seen = affinityCookie(survey)
  if (entry?.front === undefined || seen === undefined || control.interrupted.aborted) return undefined
  onStage(`sending cookies ${seen.name} that nobody was given`)
  const asked = atFirstPlace(options)
  const { service, slices } = await readService(
    cluster,
    options.namespace,
    asked.service,
    control.interrupted,
  )
  const subject = examineService(service, slices, options.port)
  const { portName, clusterIP } = subject.service
  const endpoints = endpointsOfPort(slices, portName).filter(
    ({ ready, family }) => ready && family === familyOf(clusterIP),
  )
  const texts = Array.from({ length: 8 }, () => randomBytes(16).toString('hex'))
  const forgeries = forgeriesOf(
    seen.first.form,
    seen.names !== undefined,
    { endpoints, upstreams: upstreamsOf(subject.service) },
    texts,
  )
  const found = await askAgain(round, {
    ...options,
    ...asked,
    clients: options.viaLocal === true ? 0 : 1,
    users: 0,
    oneCookie: forgeries.map(({ value }) => `${seen.name}=${value}`),
    requests,
  })
  if (found === undefined) return undefined
  const { backends } = found
  const visits = found.cells.flatMap((cell) => {
    const forgery = forgeries[cell.session]
    return forgery === undefined ? [] : [visitOf(cell, forgery, seen.name, backends)]
  })
  return { entry: entry.index, cookie: seen.name, ...judgeForged(visits) }
}

function visitOf(
  { totals, verdict, cookies = [], backends }: SurveyCell,
  { kind, names }: Forgery,
  cookie: string,
  all: ProbeSurvey['backends'],
) {
  const letter = all.find(({ backend }) => backend.name === names || backend.address === names)?.backend
    .letter
  const agreed = backends.find((one) => one.letter === letter)?.hits ?? 0
  return {
    kind,
    answers: totals.answered,
    replaced: cookies.find(({ name }) => name === cookie)?.set ?? 0,
    changed: verdict.switches,
    disagreed: totals.answered - agreed,
  }
}
