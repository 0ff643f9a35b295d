import { codes as apisixCodes } from '../mechanisms/apisix/codes.ts'
import { codes as kgatewayCodes } from '../mechanisms/kgateway/codes.ts'
import { codes as skipperCodes } from '../mechanisms/skipper/codes.ts'
import { codes as awsCodes } from '../mechanisms/aws/codes.ts'
import { codes as azureCodes } from '../mechanisms/azure/codes.ts'
import { codes as emissaryCodes } from '../mechanisms/emissary/codes.ts'
import { codes as gkeCodes } from '../mechanisms/gke/codes.ts'
import { codes as haproxyCodes } from '../mechanisms/haproxy/codes.ts'
import { codes as istioCodes } from '../mechanisms/istio/codes.ts'
import { codes as kongCodes } from '../mechanisms/kong/codes.ts'
import { codes as nginxIncCodes } from '../mechanisms/nginx-inc/codes.ts'
import { codes as ingressCodes } from '../mechanisms/ingress/codes.ts'
import { codes as ingressNginxCodes } from '../mechanisms/ingress-nginx/codes.ts'
import { codes as contourCodes } from '../mechanisms/contour/codes.ts'
import { codes as envoyGatewayCodes } from '../mechanisms/envoy-gateway/codes.ts'
import { codes as gatewayApiCodes } from '../mechanisms/gateway-api/codes.ts'
import { codes as serviceCodes } from '../mechanisms/service/codes.ts'
import { codes as traefikCodes } from '../mechanisms/traefik/codes.ts'
import type { CodeInfo, CodeTable } from '../model/findings/code.ts'

const general = {
  // Files: what an API server would refuse, drop or misread.
  'AFF-FILE-SYNTAX': { level: 'error', title: 'The file is not valid YAML or JSON' },
  'AFF-FILE-UNKNOWN-KIND': {
    level: 'error',
    title: 'Kind or apiVersion is misspelt, or they do not go together',
  },
  'AFF-FILE-UNKNOWN-FIELD': { level: 'error', title: 'A field that the API does not have' },
  'AFF-FILE-DUPLICATE-FIELD': { level: 'error', title: 'A field is given twice' },
  'AFF-FILE-MISSING-FIELD': { level: 'error', title: 'A required field is missing' },
  'AFF-FILE-WRONG-TYPE': { level: 'error', title: 'A value is of another type than its field' },
  'AFF-FILE-DUPLICATE-OBJECT': { level: 'warning', title: 'An object stands in the files twice' },
  'AFF-SVC-BAD-VALUE': { level: 'error', title: 'A value that its field does not allow' },
} as const satisfies CodeTable

/** Every finding, in the order in which those of one level are shown: the general ones, then each mechanism's. */
export const codes = {
  ...general,
  ...serviceCodes,
  ...ingressCodes,
  ...ingressNginxCodes,
  ...nginxIncCodes,
  ...haproxyCodes,
  ...kongCodes,
  ...traefikCodes,
  ...awsCodes,
  ...gkeCodes,
  ...azureCodes,
  ...emissaryCodes,
  ...apisixCodes,
  ...skipperCodes,
  ...kgatewayCodes,
  ...gatewayApiCodes,
  ...envoyGatewayCodes,
  ...contourCodes,
  ...istioCodes,
} as const satisfies CodeTable

export type Code = keyof typeof codes

/** In the order of the table. */
export const allCodes = Object.keys(codes) as Code[]

export function isCode(text: string): text is Code {
  return text in codes
}

export function codeInfo(code: Code): CodeInfo {
  return codes[code]
}

/** Where the code's page is; the same text is in the program: `kubectl affinity explain CODE`. */
export function codeLink(code: Code): string {
  return `docs/findings/${code}.md`
}
