import { onTestFinished } from 'vitest'
import type { Policy } from '../../../../../src/model/affinity/policy.ts'
import type { ProbeSurvey } from '../../../../../src/model/probe/results/survey.ts'
import { journeyOf } from '../../../../../src/probe/front/journey.ts'
import { frontEntries } from '../../../../../src/probe/plan/entries/find.ts'
import type { Front, ProbeOptions } from '../../../../../src/probe/plan/options.ts'
import { planProbe } from '../../../../../src/probe/plan/plan.ts'
import { examineService } from '../../../../../src/probe/plan/preflight.ts'
import { RunCollector } from '../../../../../src/probe/count/collector.ts'
import { hereIndex } from '../../../../../src/probe/run/clients/here-index.ts'
import { runHere } from '../../../../../src/probe/run/clients/here.ts'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import { renderSurveyText } from '../../../../../src/report/probe/survey/text.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { options, service, slice } from '../../subjects.ts'

export const podNames = ['web-0', 'web-1', 'web-2'] as const
export const addressOf = (pod: number): string => `10.0.0.${pod + 1}:8080`

type Place = Partial<Front['places'][number]>

export interface Asking {
  policy?: Policy
  places?: readonly Place[]
  options?: Partial<ProbeOptions>
}

/** What a probe from this machine finds at a server on loopback, with the agent and all that reads it. */
export async function probedAt(
  port: number,
  { policy = { kind: 'cookie', name: 'route' }, places = [{}], options: more }: Asking = {},
): Promise<ProbeSurvey> {
  const endpoints = podNames.map((name, pod) => ({
    addresses: [`10.0.0.${pod + 1}`],
    conditions: { ready: true },
    nodeName: 'node1',
    targetRef: { kind: 'Pod', name },
  }))
  const subject = examineService(service(), [slice({ endpoints })], undefined)
  const front = journeyOf({
    places: places.map((place) => ({
      scheme: 'http',
      hostName: 'shop.lab',
      by: 'the proxy',
      policy,
      path: '/',
      address: '127.0.0.1',
      port,
      ...place,
    })),
  })
  const given = options({ front, users: 6, viaLocal: true, clients: 0, intervalMs: 0, ...more })
  const plan = planProbe(given, subject, {
    runId: 'r',
    clients: 0,
    entries: frontEntries(front, subject),
    cookieSalt: 'salt',
  })
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const collector = new RunCollector({
    cluster: {} as Cluster,
    options: given,
    subject,
    plan,
    run: { startedAt: '2026-01-01T00:00:00.000Z', begunMs: 0 },
    origin: { kind: 'job', image: { image: 'node:24', agent: 'node', from: 'asked' } },
    interrupted: stop.signal,
    control: { interrupted: stop.signal, abandoned: stop.signal },
  })
  for await (const event of runHere(plan.agent, stop.signal))
    if (event.kind === 'said' && event.client === hereIndex) for (const _ of collector.take(event));
  for await (const step of collector.conclude()) if (step.kind === 'result') return step.result
  throw new Error('no result')
}

const style = createStyle({ isTTY: false, env: {} })

/** The report for people, on lines as long as they need. */
export const told = (survey: ProbeSurvey): string =>
  renderSurveyText(survey, { style, width: 2000, next: [], wide: false })
