import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { affinity } from './support/executable.ts'

const emptyFile = join(temporaryFolder(), 'empty.pem')
writeFileSync(emptyFile, '')

/** Words of a command line, and the whole of stderr. */
const mistakes: [string, string][] = [
  [
    'prob',
    'error: unknown command "prob" for "kubectl affinity"\n  did you mean "probe"?\nSee \'kubectl affinity --help\' for usage.\n',
  ],
  [
    'banana',
    'error: unknown command "banana" for "kubectl affinity"\nSee \'kubectl affinity --help\' for usage.\n',
  ],
  [
    'help banana',
    'error: unknown command "banana" for "kubectl affinity"\nSee \'kubectl affinity --help\' for usage.\n',
  ],
  [
    'explain --list -o json',
    "error: the codes and their pages are text: they go with no -o\nSee 'kubectl affinity explain --help' for usage.\n",
  ],
  [
    'completion bash',
    'error: completion takes no arguments, got "bash"\n  it is one file for every shell: kubectl calls it where its own completion is loaded\nSee \'kubectl affinity completion --help\' for usage.\n',
  ],
  [
    'enable',
    "error: a target is required\n  for example:  kubectl affinity enable svc/web\n  or:  kubectl affinity enable ingress/web\n  or all of a label or a namespace:  kubectl affinity enable -l app=web\nSee 'kubectl affinity enable --help' for usage.\n",
  ],
  [
    'enable ingress/web --cookie route --domain a;b',
    'error: invalid argument "a;b" for "--domain" flag: must be a domain such as example.com\nSee \'kubectl affinity enable --help\' for usage.\n',
  ],
  [
    'enable ingress/web --source-ip --path /shop',
    "error: --path needs --cookie or --wait\nSee 'kubectl affinity enable --help' for usage.\n",
  ],
  [
    'disable ingress/web --path /shop',
    "error: --path needs --wait\nSee 'kubectl affinity disable --help' for usage.\n",
  ],
  ['--bogus', "error: unknown flag: --bogus\nSee 'kubectl affinity --help' for usage.\n"],
  ['--bogus=1', "error: unknown flag: --bogus\nSee 'kubectl affinity --help' for usage.\n"],
  ['-z', "error: unknown shorthand flag: 'z' in -z\nSee 'kubectl affinity --help' for usage.\n"],
  ['-n', "error: flag needs an argument: -n\nSee 'kubectl affinity --help' for usage.\n"],
  [
    'probe',
    "error: a target is required\n  for example:  kubectl affinity probe svc/web\n  or:  kubectl affinity probe ingress/web\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web --request 5',
    "error: unknown flag: --request\n  did you mean --requests?\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web -z',
    "error: unknown shorthand flag: 'z' in -z\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web --requests',
    "error: flag needs an argument: --requests\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web --requests=x',
    'error: invalid argument "x" for "--requests" flag: must be a whole number from 0 to 100000000\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --timeout 0',
    'error: invalid argument "0" for "--timeout" flag: must be between 0.01s and 600s\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --timeout soon',
    'error: invalid argument "soon" for "--timeout" flag: must be a duration such as 500ms, 5s or 1m30s\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --expect maybe',
    'error: invalid argument "maybe" for "--expect" flag: must be one of sticky, spread\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --expect',
    "error: flag needs an argument: --expect, one of sticky, spread\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web other',
    'error: one target at a time: cannot probe "web", "other"\n  name it as svc/NAME, svc NAME or NAME\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe svc/',
    'error: arguments in resource/name form must have a single resource and name, not "svc/"\n  for example:  svc/web\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe pod/x',
    'error: cannot probe a "pod"\n  what can be named, as TYPE/NAME:  svc, ingress, virtualserver, httproute, grpcroute, gateway, mapping, apisixroute, routegroup, backendtrafficpolicy, virtualservice, destinationrule, gateway.networking.istio.io, ingressroute, ingressroutetcp, traefikservice, httpproxy, ciliumenvoyconfig\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe svc',
    'error: the name of the Service is missing after "svc"\n  for example:  svc/web\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web -o bogus',
    'error: unable to match a printer suitable for the output format "bogus", allowed formats are: json,name,text,wide,yaml\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --output= --requests 5 --duration 3s',
    "error: --requests and --duration cannot be used together\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web --requests 5 --duration 3s',
    "error: --requests and --duration cannot be used together\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web --rate 5 --interval 3s',
    "error: --interval and --rate cannot be used together\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
  [
    'probe web --rate fast',
    'error: invalid argument "fast" for "--rate" flag: must be a number of requests per second from 0.001 to 10000, or "max"\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --confidence 2',
    'error: invalid argument "2" for "--confidence" flag: must be at least 50% (0.5) and less than 100% (1)\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --port 65536',
    'error: invalid argument "65536" for "--port" flag: a port is a number from 1 to 65535\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --node=',
    'error: invalid argument "" for "--node" flag: must be the name of a node\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --path podinfo',
    'error: invalid argument "podinfo" for "--path" flag: must begin with "/" and hold no spaces, control characters or letters beyond ASCII (encode them with %)\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --identify xml:a',
    'error: invalid argument "xml:a" for "--identify" flag: must be auto, access-log, sockets, anonymous, json:PATH, header:NAME or regex:RE\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    `probe web --ca ${emptyFile}`,
    `error: invalid argument "${emptyFile}" for "--ca" flag: the file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)\nSee 'kubectl affinity probe --help' for usage.\n`,
  ],
  [
    'cleanup web',
    'error: cleanup takes no arguments, got "web"\nSee \'kubectl affinity cleanup --help\' for usage.\n',
  ],
  [
    'cleanup --dry-run=server',
    'error: invalid argument "server" for "--dry-run" flag: must be one of none, client\nSee \'kubectl affinity cleanup --help\' for usage.\n',
  ],
  [
    'version web',
    'error: version takes no arguments, got "web"\nSee \'kubectl affinity version --help\' for usage.\n',
  ],
  [
    'explain --list web',
    "error: --list lists all codes: it goes with no names, -f, -k, -R, -l, --all or -A\nSee 'kubectl affinity explain --help' for usage.\n",
  ],
  [
    'explain ingress',
    'error: the name of the Ingress is missing after "ingress"\n  for example:  ingress/web\n  or all of a namespace:  kubectl affinity explain ingress --all\nSee \'kubectl affinity explain --help\' for usage.\n',
  ],
  [
    'explain -f x.yaml web',
    "error: -f reads all Services of the files: it goes with no names, -l, --all or -A\nSee 'kubectl affinity explain --help' for usage.\n",
  ],
  [
    'explain -k overlay -A',
    "error: -k reads all Services of the files: it goes with no names, -l, --all or -A\nSee 'kubectl affinity explain --help' for usage.\n",
  ],
  [
    'explain -k overlay -R',
    "error: -k goes with neither -f nor -R\nSee 'kubectl affinity explain --help' for usage.\n",
  ],
  ['enable web -R', "error: --recursive needs --filename\nSee 'kubectl affinity enable --help' for usage.\n"],
  [
    'enable -A',
    "error: --all-namespaces needs --all or --selector\nSee 'kubectl affinity enable --help' for usage.\n",
  ],
  [
    'enable -f x.yaml web',
    "error: when paths are provided as input, you may not specify names, --all, -A or a selector\nSee 'kubectl affinity enable --help' for usage.\n",
  ],
  [
    'enable web --timeout 1.5',
    'error: invalid argument "1.5" for "--timeout" flag: must be whole seconds\nSee \'kubectl affinity enable --help\' for usage.\n',
  ],
  [
    'external',
    "error: a name for the Service is required\n  for example: kubectl affinity external backend --port 80 --to 192.0.2.7,192.0.2.8\nSee 'kubectl affinity external --help' for usage.\n",
  ],
  [
    'external a b',
    'error: external takes one Service at a time, got "a", "b"\nSee \'kubectl affinity external --help\' for usage.\n',
  ],
  [
    'external delte b',
    'error: external takes one Service at a time, got "delte", "b"\n  did you mean "delete"?\nSee \'kubectl affinity external --help\' for usage.\n',
  ],
  [
    'external delete',
    "error: external delete: which Service?\n  for example: kubectl affinity external delete backend\nSee 'kubectl affinity external delete --help' for usage.\n",
  ],
  [
    'external web --watch -o json --from svc/x --from-context y',
    "error: --watch and --output cannot be used together\nSee 'kubectl affinity external --help' for usage.\n",
  ],
  [
    'probe web --watch -o yaml',
    'error: invalid argument "yaml" for "--output" flag: must be json, text or wide with --watch\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'probe web --session-counter xml:a',
    'error: invalid argument "xml:a" for "--session-counter" flag: must be json:PATH or regex:RE\nSee \'kubectl affinity probe --help\' for usage.\n',
  ],
  [
    'demo --story cookies --on-cluster',
    'error: the story "cookies" is told on a miniature cluster only, which has the gateway that it needs\n  without --on-cluster:  kubectl affinity demo --story cookies\nSee \'kubectl affinity demo --help\' for usage.\n',
  ],
  [
    '-n shop probe',
    "error: a target is required\n  for example:  kubectl affinity probe svc/web\n  or:  kubectl affinity probe ingress/web\nSee 'kubectl affinity probe --help' for usage.\n",
  ],
]

describe('mistakes on the command line end with 2 and say what is wrong', () => {
  for (const [line, words] of mistakes) {
    test(line.replace(emptyFile, 'FILE'), async () => {
      const { code, stdout, stderr } = await affinity(line.split(' '))
      expect({ code, stdout, stderr }).toStrictEqual({ code: 2, stdout: '', stderr: words })
    })
  }
})
