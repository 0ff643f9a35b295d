import { expect } from 'vitest'
import type { SurveyReport } from '../../../src/model/contract/survey.ts'
import { type Asked, gatewayFollows } from './gateways.ts'
import { deployment, listensOn } from './manifests.ts'
import type { Playground } from './namespace.ts'
import { scaled, toTheEnd } from './pods.ts'
import { expectExit, surveyOf } from './report.ts'
import { site } from './site.ts'

type Moves = NonNullable<NonNullable<SurveyReport['status']['during']>['sessions']>

/** So many that a pod has some of them, and not all, whatever chance does. */
export const users = 24

/** How long a pod goes on that is to end. */
export const graceMs = 6000

/** Pods that say their names and nothing else, so that those which come are known by it, too. */
export function shop(): object {
  // A proxy that sends a request while a pod closes an idle connection asks another pod: users would move by chance.
  const source =
    "require('http').createServer({ keepAliveTimeout: 600_000 }, (_, answer) => answer.end(require('os').hostname())).listen(8080)"
  const made = deployment('shop', 3, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', source],
    readinessProbe: listensOn(8080),
    ports: [{ containerPort: 8080 }],
  }) as { spec: { template: { spec: object } } }
  Object.assign(made.spec.template.spec, { terminationGracePeriodSeconds: graceMs / 1000 })
  return made
}

/** Runs a command of kubectl amid the requests of many users, and says who moved. */
export async function movedBy(
  place: Playground,
  target: string,
  words: string,
  pods: number,
): Promise<Moves> {
  const command = toTheEnd(place, words, 'shop', pods)
  const many = ['--sessions', String(users), '--rate', '10']
  const ended = await place.probe([target, '--during', command, ...many, '-o', 'json'])
  const { during } = surveyOf(ended).status
  expect(during).toMatchObject({ exitCode: 0, sessions: { users } })
  // Who was moved though their pod had not gone did not stay.
  expectExit(ended, during!.sessions!.needless > 0 ? 3 : 0)
  const { moves, moved, needless } = during!.sessions!
  const all = new Set(moves.map(({ session }) => session))
  expect(all.size).toBe(moved)
  expect(moves.filter((one) => one.needless).length > 0).toBe(needless > 0)
  return during!.sessions!
}

/** Waits until three pods are there again and the gateway answers. */
export async function threePods(place: Playground, asked: Asked): Promise<void> {
  await scaled(place, 'shop', 3)
  await gatewayFollows(asked, ({ status }) => status === 200)
}

/** The port that gateways find by its name. */
export const httpPort = { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }
