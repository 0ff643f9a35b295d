import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import { changeFlags, timeoutFlag } from './change/flags.ts'
import { readFrom, readTo, readWish, wishFlags } from './change/wish.ts'
import { defined } from '../model/common/values.ts'

export default class Enable extends BaseCommand {
  static override summary =
    'Keep each client on its pod: by its IP at a Service, by cookies or headers in front of one.'
  static override description = [
    'Sets sessionAffinity to ClientIP, by server-side apply as field manager kubectl-affinity. A client IP keeps its pod until it has opened no new connection for --timeout. Without --timeout the API server sets three hours; a timeout that is set already stays.',
    'With --cookie, --header or --source-ip, and for an Ingress, IngressRoute, VirtualService, DestinationRule, HTTPRoute, HTTPProxy or VirtualServer, it configures the ingress controller, gateway or mesh that serves it: ingress-nginx, Traefik, Istio, Envoy Gateway, Contour, HAProxy, NGINX of F5, Kong, load balancers of AWS, Azure and Google. It extends the object that is there, and refuses what the controller would drop.',
    'Checks first whether affinity can work for this Service. Use --force for a change that would have no effect, and --force-conflicts to take over a field owned by another manager. Prints the command that undoes the change.',
  ].join('\n\n')
  static override usage =
    'kubectl affinity enable (TYPE/NAME ... | -l SELECTOR | --all | -f FILE) [--timeout 30m | --cookie NAME] [flags] [options]'
  static override examples = [
    {
      description: "Keep clients of the Service 'web' on their pod",
      command: 'kubectl affinity enable svc/web',
    },
    {
      description: 'Forget a client after half an hour without a new connection',
      command: 'kubectl affinity enable svc/web --timeout 30m',
    },
    {
      description: 'Look what would change, in the words of the API server',
      command: 'kubectl affinity enable svc/web --dry-run=server --diff',
    },
    {
      description: 'Change all Services of a label, and wait until every node serves it',
      command: 'kubectl affinity enable -l app=web --wait',
    },
    {
      description: 'Keep the users of an Ingress on their pod by a cookie',
      command: 'kubectl affinity enable ingress/shop --cookie route --ttl 1h',
    },
    {
      description: 'The same in an Istio mesh, for a Service',
      command: 'kubectl affinity enable svc/web --with istio --cookie route',
    },
    {
      description: 'The same affinity on another proxy: of an Ingress, at a route of the Gateway API',
      command: 'kubectl affinity enable httproute/shop --from ingress/shop',
    },
    {
      description:
        'The same from the other end: at whatever of Traefik leads to the same Services for the same hosts',
      command: 'kubectl affinity enable ingress/shop --to traefik',
    },
    {
      description: 'Print a manifest with the field set, its comments and order kept',
      command: 'kubectl affinity enable -f service.yaml --timeout 30m --dry-run=client -o yaml',
    },
  ]
  static override flags = {
    ...changeFlags,
    force: Flags.boolean({
      helpGroup: 'Change',
      description: 'Change it although it would have no effect, such as with a single endpoint.',
    }),
    ...wishFlags,
    timeout: timeoutFlag({
      helpGroup: 'Change',
      description:
        'How long a client address is remembered after its last new connection, from 1s to 24h; a plain number is seconds.',
      helpValue: "''",
    }),
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(Enable)
    const { runChange } = await import('./change/run.ts')
    const { timeout } = flags
    const wish = readWish(flags)
    const by = wish !== undefined && 'kind' in wish ? wish : undefined
    const request = defined({ verb: 'enable' as const, timeoutSeconds: timeout, by })
    const from = wish !== undefined && 'from' in wish ? await readFrom(wish) : undefined
    const to = wish !== undefined && 'to' in wish ? readTo(wish) : undefined
    return await runChange({ request, from, to }, argv.map(String), flags, (work, manners) =>
      this.withCluster(flags, work, manners),
    )
  }
}
