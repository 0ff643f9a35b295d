import { hostAndPort } from '../../../model/common/network/ip.ts'
import { countOf, formatDuration } from '../../../model/common/words/amounts.ts'
import { matchPolicy, type Policy } from '../../../model/affinity/policy.ts'
import type { FrontPlace, ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Page } from '../../terminal.ts'
import { flowGroups, type Line, span } from '../../text/line.ts'
import { sanitize } from '../../text/sanitize.ts'
import { layoutClients, readyWords } from '../blocks/header.ts'
import { headerOf, placeWords } from './verdict.ts'
import { labelWidth } from '../../text/blocks.ts'

/** What was probed, through what, and by whom. */
export function layoutUsersHeader(survey: ProbeSurvey, page: Page): Line[] {
  const { target, service, entries, clients, sessions, endpoints } = survey
  const name = target === undefined ? `service/${service.name}` : `${target.kind}/${target.name}`
  const services = new Set([
    service.name,
    ...entries.flatMap(({ front }) =>
      [front?.service ?? [], front?.beside?.map((one) => one.name) ?? []].flat(),
    ),
  ])
  const behind = [...services].map((one) => `service/${sanitize(one)}`)
  const jars = sessions.filter(({ keeps }) => keeps === 'cookies').length
  const said = headerOf(sessions)
  const pods = clients.filter(({ place }) => place === 'pod').length
  const who = [
    ...(pods === 0 ? [] : [countOf(pods, 'pod')]),
    ...(pods < clients.length ? ['this machine'] : []),
  ].join(' and ')
  const users =
    jars === 0
      ? 'nobody keeps cookies'
      : `${countOf(jars, 'user')}${clients.length > 1 ? ' each' : ''} with a cookie jar${said === undefined ? '' : ` and a header ${sanitize(said)} of their own`}${jars < sessions.length ? ', and requests without' : ''}`
  return [
    ...flowGroups(
      [
        [
          span(sanitize(name), page.style.strong),
          ...entries
            .filter(({ front }) => front?.again === undefined)
            .map(({ index }) => placeWords(survey, index)),
        ],
        [
          ...throughWords(survey),
          ...(target === undefined ? [] : behind.slice(0, 1)),
          readyWords(endpoints),
          ...behind.slice(1),
        ],
      ],
      { ...page, indent: labelWidth },
    ),
    ...layoutClients('clients', [who, users], survey, page),
  ]
}

/** `through ingress-nginx 10.96.14.2:443`, and what decides there. */
function throughWords({ entries }: ProbeSurvey): string[] {
  const [first] = entries
  if (first?.front === undefined) return []
  const address = hostAndPort(first.host, first.port)
  const policies = [
    ...new Set(entries.flatMap(({ front }) => (front === undefined ? [] : [placePolicyWords(front)]))),
  ]
  const how = first.front.isHttp2 === true ? ' in HTTP/2' : ''
  return [
    `through ${sanitize(first.front.by ?? 'a gateway')} at ${address}${how}`,
    policies.join('; '),
  ].filter((text) => text !== '')
}

function placePolicyWords({ policy, isVoid }: FrontPlace): string {
  return `${policyWords(policy)}${isVoid === true ? ', though the Service decides' : ''}`
}

/** What decides in front of a Service, in words. */
export function policyWords(policy: Policy): string {
  return matchPolicy(policy, {
    none: () => 'no affinity configured',
    'client-ip': ({ timeoutSeconds }) => `client IP, ${formatDuration(timeoutSeconds)}`,
    cookie: ({ name }) =>
      name === undefined ? 'affinity by a cookie' : `affinity by the cookie ${sanitize(name)}`,
    header: ({ name }) =>
      name === undefined ? 'affinity by a header' : `affinity by the header ${sanitize(name)}`,
    hash: ({ of }) => `affinity by a hash of ${sanitize(of)}`,
    unknown: () => 'what it sticks on is not known',
  })
}
