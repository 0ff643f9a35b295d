import type { CookiePart, Hint, Remedy } from '../model/common/user-error.ts'

type Words = { [Name in Remedy['remedy']]: (facts: Extract<Remedy, { remedy: Name }>) => string }

/** Every remedy in words, with the flag that asks for it. */
const words: Words = {
  force: () => '--force changes it nevertheless',
  'take-over-fields': ({ declared }) =>
    declared === undefined
      ? 'or change it here nevertheless with --force-conflicts'
      : `or take the fields over with --force-conflicts; the next apply of ${declared} then meets this conflict`,
  'edit-manifest': () =>
    'change the file as well:  --dry-run=client -o yaml -f FILE prints it with the field set',
  'namespace-of-object': ({ namespace }) =>
    `You must pass '--namespace=${namespace}' to perform this operation.`,
  'read-folders-below': () => '-R looks into the folders below as well',
  adopt: ({ how }) => `${how}:  --adopt`,
  'replace-kept': () => 'leave --prune=false out, and these endpoints are replaced',
  'wait-for-address': ({ waited }) =>
    waited ? 'timed out; wait longer with --wait-timeout 5m' : 'wait for it:  --wait',
  'give-addresses': () =>
    'give them with --to ADDRESS[:PORT], or read them from another cluster with --from-context and --from',
  'give-ports': () => 'give its ports:  --port PORT[:NAME][/PROTOCOL]',
  'name-port': ({ port, example, by }) =>
    `${port}:  --port ${example}${by === undefined ? '' : ` --via ${by}`}`,
  'match-port': () => 'write --port with the name or number that the other side has',
  'use-node-ports': () => 'or use its node ports on every ready node:  --node-port',
  'use-load-balancer': () =>
    'make it one of type NodePort, or of type LoadBalancer and leave --node-port out',
  'other-namespace': () => 'another namespace of that cluster:  --from-namespace NAME',
  'keep-following': () => 'run this again now and then, or keep it running with --watch',
  'list-objects': ({ kind, namespace, context }) =>
    `see what there is:  kubectl get ${kind}${context === undefined ? '' : ` --context ${context}`} -n ${namespace}`,
  'measure-itself': ({ command }) => `measure without --shadow, or set affinity first:  ${command}`,
  'longer-start': () => 'wait longer with --pod-running-timeout',
  'made-pod': () =>
    'a container needs a shell and one of curl, wget and nc to send requests, and Node for what these cannot do, such as to keep cookies; without --in-pod a pod is made',
  'pod-network': () =>
    '--host-network needs a namespace whose Pod Security level is privileged; without it the client is a pod like any other',
  'image-with-node': ({ what }) => `${what}: see --image`,
  'usable-image': () =>
    'use an image that the cluster can reach or that its nodes have, with Node ≥ 18 or with a shell and curl, wget or nc:  --image registry.example.com/node:24  or  KUBECTL_AFFINITY_IMAGE',
  'other-image': () =>
    'name an image with Node 18 or newer, or leave --image (KUBECTL_AFFINITY_IMAGE) out: the nodes may have one',
  'say-host': () => 'say it:  --host shop.example.com --path /',
  'say-address': () => 'say where its gateway listens:  --address 203.0.113.7',
  'ask-in-mesh': () =>
    'ask from a pod that has a sidecar, in a container with Node:  --in-pod pod/NAME -c CONTAINER',
  'say-datagram': () => 'say what a datagram must hold so that the server answers:  --send TEXT',
  'say-clients': () => 'say how many with --clients',
  'enter-from-outside': () => 'what leads in from outside:  --via node-port,load-balancer,external-ip',
  'enter-by': ({ ways }) => `it can be entered by:  --via ${ways.join(',')}`,
  'identify-by-log': () =>
    '--identify access-log finds requests where the application logs the client’s address and port',
  'identify-by-any': () => '--identify auto takes the first way that leads to something',
  'by-cookie': () => 'for example:  --cookie route',
  'rather-by-cookie': () => 'keep clients by a cookie:  --cookie route',
  'leave-who-out': () => 'leave --with out: who serves it is found by itself',
  'by-address': () => 'ask for that:  --source-ip',
  'by-the-cookie': ({ name }) => `ask for that one:  --cookie ${name}`,
  'leave-parts-out': ({ parts }) => `leave ${parts.map((part) => partFlags[part]).join(' and ')} out`,
  'one-after-the-other': ({ service, by, number }) =>
    `one after the other:  svc/${service} --with ${by} --cookie NAME${number}`,
  'say-cookie-name': () => 'say which name it is to have:  --cookie NAME',
  'say-cookie-instead': () => 'say by what they are to be kept:  --cookie NAME instead of --from',
  'say-which-instead': () =>
    'say which of them is meant by --cookie, --header or --source-ip instead of --from',
  'another-name': () =>
    'as long as both serve one host, neither understands the cookie of the other: --cookie gives it another name',
  'say-who': ({ by }) => `or say who is to do it:  --with ${by}`,
  'name-receiver': ({ from }) =>
    `name the target that is to have it:  kubectl affinity enable TARGET --from ${from}`,
  'name-mechanism': ({ of }) => `or the mechanism:  kubectl affinity enable ${of} --to MECHANISM`,
  'reachable-image': () => 'the cluster must reach the image:  --image registry.example.com/node:24',
}

const partFlags: Readonly<Record<CookiePart, string>> = {
  ttlSeconds: '--ttl',
  path: '--path',
  domain: '--domain',
  secure: '--secure',
  sameSite: '--same-site',
  persistent: '--persistent',
}

/** A line of advice as the user of a command reads it. */
export function hintText(hint: Hint): string {
  if (typeof hint === 'string') return hint
  return (words[hint.remedy] as (facts: Remedy) => string)(hint)
}
