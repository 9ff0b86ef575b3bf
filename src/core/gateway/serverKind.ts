// Who answers at an address: told apart by really asking.
import * as v from 'valibot';
import { CodedError, isCoded } from '../errors.ts';
import { createGatewayHttp, type GatewayHttp } from './http.ts';
import { listKernelSpecs, type KernelSpecs } from './kernelApi.ts';

export type ServerKind = 'enterprise-gateway' | 'kernel-gateway' | 'jupyter-server';

export interface Server {
  readonly kind: ServerKind;
  readonly version: string;
  readonly kernelSpecs: KernelSpecs;
}

const apiAnswer = v.object({ version: v.string(), gateway_version: v.optional(v.string()) });

const askApi = async (
  http: GatewayHttp,
  signal: AbortSignal | undefined,
): Promise<v.InferOutput<typeof apiAnswer> | null> => {
  const answer = await http.request({ method: 'GET', path: 'api', ...(signal && { signal }) }, [200, 404]);
  const parsed = v.safeParse(apiAnswer, answer.body);
  if (answer.status === 200 && !parsed.success) {
    throw new CodedError('gateway.notJupyter', { url: http.connection.baseUrl, found: 'JSON of another kind' });
  }
  return parsed.success && answer.status === 200 ? parsed.output : null;
};

/** A parent of the address under which a server does answer, or `null`. */
const findParent = async (http: GatewayHttp): Promise<string | null> => {
  const base = new URL(http.connection.baseUrl);
  const segments = base.pathname.split('/').filter(Boolean);
  while (segments.length > 0) {
    segments.pop();
    const baseUrl = `${base.origin}/${segments.map((segment) => `${segment}/`).join('')}`;
    // Without the token: a parent may belong to somebody else.
    const parent = createGatewayHttp({ baseUrl, token: null });
    try {
      if ((await askApi(parent, undefined)) !== null) {
        return baseUrl;
      }
    } catch (error) {
      if (isCoded(error, 'gateway.rejectedToken')) {
        return baseUrl;
      }
    } finally {
      await parent.dispose();
    }
  }
  return null;
};

/** Kernel Gateway 3 has Jupyter Server's version in `GET /api`; only the server has contents. */
const hasContents = async (http: GatewayHttp): Promise<boolean> => {
  try {
    const answer = await http.request({ method: 'GET', path: 'api/contents?content=0' }, [200, 404]);
    return answer.status === 200;
  } catch {
    return false;
  }
};

/**
 * Asks who answers and which kernels it has; proves the token too.
 * @throws CodedError of the `gateway.` group, each with its own cause
 */
export const identifyServer = async (http: GatewayHttp, signal?: AbortSignal): Promise<Server> => {
  const api = await askApi(http, signal);
  if (api === null) {
    const suggestion = await findParent(http);
    throw new CodedError('gateway.wrongPath', { url: http.connection.baseUrl, suggestion });
  }
  const kernelSpecs = await listKernelSpecs(http, signal);
  if (api.gateway_version !== undefined) {
    return { kind: 'enterprise-gateway', version: api.gateway_version, kernelSpecs };
  }
  const kind = (await hasContents(http)) ? 'jupyter-server' : 'kernel-gateway';
  return { kind, version: api.version, kernelSpecs };
};
