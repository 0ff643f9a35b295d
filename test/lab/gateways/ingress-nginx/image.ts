import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { unpackedPackages } from '../../machine/debian.ts'
import {
  applets,
  copy,
  copyFolder,
  installed,
  libraries,
  libraryFolder,
  text,
  users,
  type File,
} from '../../images/files.ts'
import { gatewayDir } from '../../paths.ts'
import { builtPrograms, moduleFile } from '../../programs.ts'
import { ingressNginxModule, programs } from './programs.ts'

const packages = [
  'nginx',
  'libnginx-mod-http-lua',
  'libnginx-mod-http-ndk',
  'libnginx-mod-http-headers-more-filter',
  'lua-resty-core',
  'lua-resty-lrucache',
  'lua-cjson',
  'libluajit2-5.1-2',
  'libpcre3',
  'nginx-common',
]
const modules = ['ndk_http_module', 'ngx_http_lua_module', 'ngx_http_headers_more_filter_module']

/** Folders that the controller writes to. */
const folders = [
  ...['ssl', 'auth', 'geoip', 'telemetry'].map((name) => `/etc/ingress-controller/${name}`),
  '/tmp/nginx',
  '/var/lib/nginx',
]

/** The controller with Debian's nginx: the configuration it writes is fitted to that version and its modules. */
export async function imageFiles(): Promise<File[]> {
  const built = await builtPrograms('ingress-nginx', programs)
  const debian = await unpackedPackages('nginx', packages)
  const configuration = moduleFile(built, ingressNginxModule, 'rootfs/etc/nginx')
  const template = join(configuration, 'template/nginx.tmpl')
  const nginx = join(debian, 'usr/sbin/nginx')
  const modulePaths = modules.map((name) => join(debian, `usr/lib/nginx/modules/${name}.so`))
  // The packages' own libraries: the machine has them elsewhere, or not at all.
  const own = [
    join(debian, 'usr/lib', libraryFolder, 'libluajit-5.1.so.2'),
    join(debian, 'lib', libraryFolder, 'libpcre.so.3'),
  ]
  return [
    ...folders.map((folder) => text(`${folder}/.keep`, '')),
    ...users,
    copy(join(built, 'nginx'), '/nginx-ingress-controller'),
    copy(nginx, '/usr/bin/nginx'),
    text('/etc/nginx/template/nginx.tmpl', fitTemplate(readFileSync(template, 'utf8'))),
    ...copyFolder(join(gatewayDir('ingress-nginx'), 'lua'), '/etc/nginx/lua'),
    ...copyFolder(configuration, '/etc/nginx').filter(({ path }) => !path.includes('/lua/test/')),
    copy(join(debian, 'etc/nginx/mime.types'), '/etc/nginx/mime.types'),
    ...copyFolder(join(debian, 'usr/share/lua/5.1'), '/usr/share/lua/5.1'),
    copy(
      join(debian, `usr/lib/${libraryFolder}/lua/5.1/cjson.so`),
      `/usr/lib/${libraryFolder}/lua/5.1/cjson.so`,
    ),
    ...modulePaths.map((path) => copy(path, path.slice(debian.length))),
    ...own.map((path) => copy(path, join('/usr/lib', libraryFolder, basename(path)))),
    ...(await libraries(nginx, ...modulePaths, ...own)),
    // The controller shows in its log what a new configuration changes.
    ...(await installed('diff')),
    ...(await applets('sh', 'cat', 'ls', 'ps', 'wget')),
    { path: '/var/log/nginx/access.log', link: '/dev/stdout' },
    { path: '/var/log/nginx/error.log', link: '/dev/stderr' },
  ]
}

/** The controller's template for nginx.conf, without what nginx 1.22 and Debian's modules do not know. */
function fitTemplate(template: string): string {
  const loads = modules.map((name) => `load_module /usr/lib/nginx/modules/${name}.so;\n`)
  // The controller writes the list of its TCP and UDP Services to this port, and is not ready when nobody listens.
  const streamPort = 'server { listen 127.0.0.1:{{ $all.StreamPort }}; return 200; }'
  return loads
    .join('')
    .concat(template)
    .replace(/^stream \{\n[\s\S]*?^\}\n/m, '')
    .replaceAll('http2 on;', '')
    .replace(/^http \{\n/m, (start) => `${start}    ${streamPort}\n`)
}
