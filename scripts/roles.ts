/** The Roles of docs/security.md, from the rules that stand beside the code which needs them. */
import { changeRules, waitRules } from '../src/change/write/problems.ts'
import { completionClusterRules, completionRules } from '../src/cli/completion/names.ts'
import { demoNamespaceRules } from '../src/demo/permissions.ts'
import { externalRules, loopRules } from '../src/external/refuse/problems.ts'
import { targetKinds } from '../src/mechanisms/index.ts'
import { mergeRules, type RoleRule, roleYaml } from '../src/model/cluster/role.ts'
import { nodesRule } from '../src/probe/plan/entries/nodes.ts'
import {
  cleanupClusterRules,
  cleanupRules,
  inPodRules,
  probeRules,
  shadowRules,
  socketsRules,
} from '../src/probe/permissions.ts'
import {
  explainClusterRules,
  explainProxyRules,
  explainRules,
  readRules,
} from '../src/snapshot/permissions.ts'

export interface Grant {
  name: string
  /** A namespace, `NAMESPACE` for that of the Service; undefined for a ClusterRole that is bound in the whole cluster. */
  namespace?: string
  rules: readonly RoleRule[]
}

export interface CommandRoles {
  /** With the flags that make a difference. */
  command: string
  says: string
  grants: readonly Grant[]
  /**
   * A command that these Roles suffice for, without `-n`: on the Service `web` of a namespace, on `logging`, whose pods
   * answer alike, from a pod `client`.
   */
  example: readonly string[]
}

const here = 'NAMESPACE'

/** What each command needs; a scenario binds exactly this to a user and runs the example. */
export const commandRoles: readonly CommandRoles[] = [
  {
    command: 'explain',
    says: 'Only the Service is needed. Whatever else is refused, the report names as unknown and goes on.',
    grants: [
      { name: 'kubectl-affinity-explain', namespace: here, rules: explainRules },
      { name: 'kubectl-affinity-explain', namespace: 'kube-system', rules: explainProxyRules },
      { name: 'kubectl-affinity-explain', rules: explainClusterRules },
    ],
    example: ['explain', 'svc/web'],
  },
  {
    command: 'probe',
    says: "When something is missing, the command names it and prints this Role. With `delete` on `pods` as well, the pod is gone at once at the end instead of some seconds later. With `patch` on `jobs` as well, a probe of more than half an hour (`--watch`, `--duration 2h`) keeps its Job's deadline half an hour ahead and renews it every five minutes, so that a command that was killed leaves nothing for longer; without it the deadline is that of the whole run. With `list` on `limitranges` as well, the pod asks for no more than a LimitRange leaves it. Without `events`, a pod that the cluster refuses is reported only after `--pod-running-timeout`. What it takes beside this through a gateway is in [probing through gateways](probing-gateways.md); over TLS `get` on `secrets` as well, in the Secret's namespace and best by `resourceNames`, lets it trust a certificate that only its Secret vouches for: it reads the certificates, and keeps nothing of the key. Without it only public authorities are trusted.",
    grants: [{ name: 'kubectl-affinity-probe', namespace: here, rules: probeRules }],
    example: ['probe', 'svc/web'],
  },
  {
    command: 'probe --via node-port, --spread nodes',
    says: 'Node ports and the nodes for clients are found in the list of nodes. Without it `--via all` leaves node ports out, and `--spread nodes` wants to be told how many `--clients` there are to be. With `--via-local --clients 0` nothing is made: of the Role only `services` and `endpointslices` are needed. Where all answers name one pod, `get` on `pods/proxy` lets another be asked whether it says the same, or `--identify` says where the name stands; with neither the verdict stays open.',
    grants: [
      { name: 'kubectl-affinity-probe', namespace: here, rules: probeRules },
      { name: 'kubectl-affinity-nodes', rules: [nodesRule] },
    ],
    example: ['probe', 'svc/web', '--via', 'all', '--spread', 'nodes'],
  },
  {
    command: 'probe --what-if, --echo, --shadow',
    says: '`create` on `endpointslices` is for Services without selector only, `create` on `pods` for `--echo` only. Without `delete` on `services` the temporary Service goes some seconds later, with the Job that owns it.',
    grants: [{ name: 'kubectl-affinity-probe', namespace: here, rules: shadowRules }],
    example: ['probe', 'svc/web', '--echo'],
  },
  {
    command: 'probe --identify access-log',
    says: 'The Role of `probe` holds this already: `get` on `pods` and `pods/log`.',
    grants: [{ name: 'kubectl-affinity-probe', namespace: here, rules: probeRules }],
    example: ['probe', 'svc/logging', '--identify', 'access-log'],
  },
  {
    command: 'probe --identify sockets',
    says: 'With it `--identify auto`, the default, looks at sockets as well where nothing else tells who answered. A connection by WebSocket counts as `create` since Kubernetes 1.35, and as `get` before. It lets its holder run any program in any pod of the namespace, not only what `probe` runs there.',
    grants: [{ name: 'kubectl-affinity-probe', namespace: here, rules: socketsRules }],
    example: ['probe', 'svc/web', '--identify', 'sockets'],
  },
  {
    command: 'probe --in-pod',
    says: 'Nothing is made, so that no Job is needed. `pods/log` is for answers that do not name their pods; what was said of `pods/exec` counts here, too.',
    grants: [{ name: 'kubectl-affinity-probe', namespace: here, rules: inPodRules }],
    example: ['probe', 'svc/web', '--in-pod', 'pod/client'],
  },
  {
    command: 'enable, disable',
    says: '`list` is for `-l` and `--all` only. What would be of no use is found with what `explain` reads, as far as it may be read.',
    grants: [{ name: 'kubectl-affinity-change', namespace: here, rules: changeRules }],
    example: ['enable', 'svc/web', '--timeout', '30m'],
  },
  {
    command: 'enable --wait, disable --wait',
    says: 'Every node is asked by a probe of its own.',
    grants: [
      {
        name: 'kubectl-affinity-change',
        namespace: here,
        rules: mergeRules([...changeRules, ...probeRules]),
      },
      { name: 'kubectl-affinity-wait', rules: waitRules },
    ],
    example: ['disable', 'svc/web', '--wait'],
  },
  {
    command: 'external',
    says: 'In the cluster of the Service. The ClusterRole is there to refuse addresses that lead back into it. What the other cluster must allow is in [external](external.md).',
    grants: [
      { name: 'kubectl-affinity-external', namespace: here, rules: externalRules },
      { name: 'kubectl-affinity-external', rules: loopRules },
    ],
    example: ['external', 'elsewhere', '--port', '80', '--to', '203.0.113.7'],
  },
  {
    command: 'cleanup',
    says: 'With `-A` it is a ClusterRole, bound in the whole cluster. The second one is for the namespaces of demos.',
    grants: [
      { name: 'kubectl-affinity-cleanup', namespace: here, rules: cleanupRules },
      { name: 'kubectl-affinity-cleanup', rules: cleanupClusterRules },
    ],
    example: ['cleanup'],
  },
  {
    command: 'completion of words',
    says: 'What may not be listed is not offered.',
    grants: [
      {
        name: 'kubectl-affinity-completion',
        namespace: here,
        rules: [...completionRules, ...readRules(targetKinds.slice(1).map(({ type }) => type))],
      },
      { name: 'kubectl-affinity-completion', rules: completionClusterRules },
    ],
    example: ['__complete', 'probe', ''],
  },
  {
    command: 'demo --on-cluster',
    says: 'It makes a namespace of its own and deletes it, so that most of this is a ClusterRole.',
    grants: [
      {
        name: 'kubectl-affinity-demo',
        rules: mergeRules([
          ...demoNamespaceRules,
          ...probeRules,
          ...changeRules,
          ...explainRules,
          ...explainClusterRules,
        ]),
      },
      { name: 'kubectl-affinity-demo', namespace: 'kube-system', rules: explainProxyRules },
    ],
    example: ['demo', '--on-cluster'],
  },
]

/** As the page shows them; `demo`, `sandbox`, `completion` and `version` ask for nothing that needs a Role. */
export function rolesSection(): string {
  return commandRoles
    .flatMap(({ command, says, grants }) => {
      const yaml = grants.map((grant) => roleYaml(grant)).join('\n---\n')
      return [`### ${command}`, says, `\`\`\`yaml\n${yaml}\n\`\`\``]
    })
    .join('\n\n')
}
