// The kernel endpoints, one function each: https://jupyter-enterprise-gateway.readthedocs.io/en/latest/developers/rest-api.html
import * as v from 'valibot';
import { CodedError } from '../errors.ts';
import { reasonOf, type GatewayHttp } from './http.ts';

const kernelModel = v.object({
  id: v.string(),
  name: v.string(),
  execution_state: v.optional(v.string()),
});

export type KernelModel = v.InferOutput<typeof kernelModel>;

const kernelSpecs = v.object({
  default: v.optional(v.string()),
  kernelspecs: v.record(
    v.string(),
    v.object({ name: v.string(), spec: v.object({ display_name: v.string(), language: v.string() }) }),
  ),
});

/** An installed kernel: its name, what people call it, and its language in lower case. */
export interface KernelSpec {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
}

/** The kernels a gateway offers; `defaultName` is what it starts when none is named. */
export interface KernelSpecs {
  readonly defaultName: string | null;
  readonly specs: readonly KernelSpec[];
}

const validated = <Schema extends v.GenericSchema>(
  http: GatewayHttp,
  schema: Schema,
  body: unknown,
): v.InferOutput<Schema> => {
  const parsed = v.safeParse(schema, body);
  if (!parsed.success) {
    const problem = parsed.issues[0].message;
    throw new CodedError('gateway.invalidResponse', { url: http.connection.baseUrl, problem });
  }
  return parsed.output;
};

/** `GET /api/kernelspecs`. */
export const listKernelSpecs = async (http: GatewayHttp, signal?: AbortSignal): Promise<KernelSpecs> => {
  const answer = await http.request({ method: 'GET', path: 'api/kernelspecs', ...(signal && { signal }) }, [200]);
  const body = validated(http, kernelSpecs, answer.body);
  const specs = Object.values(body.kernelspecs).map(({ name, spec }) => ({
    name,
    displayName: spec.display_name,
    language: spec.language.toLowerCase(),
  }));
  return { defaultName: body.default ?? null, specs };
};

/** `GET /api/kernels/{id}`: `null` when the gateway does not have it. Always allowed, unlike the list of kernels. */
export const getKernel = async (http: GatewayHttp, id: string, timeout = 5_000): Promise<KernelModel | null> => {
  const answer = await http.request({ method: 'GET', path: kernelPath(id), timeout }, [200, 404]);
  return answer.status === 404 ? null : validated(http, kernelModel, answer.body);
};

/** `DELETE /api/kernels/{id}`: false when there was none. */
export const deleteKernel = async (http: GatewayHttp, id: string, timeout = 15_000): Promise<boolean> => {
  const answer = await http.request({ method: 'DELETE', path: kernelPath(id), timeout }, [204, 404]);
  return answer.status === 204;
};

/** `POST /api/kernels/{id}/interrupt`: answers at once, whether or not the code heeds it. */
export const interruptKernel = async (http: GatewayHttp, id: string): Promise<void> => {
  const answer = await http.request(
    { method: 'POST', path: `${kernelPath(id)}/interrupt`, timeout: 5_000 },
    [204, 404],
  );
  if (answer.status === 404) {
    throw new CodedError('kernel.gone', { reason: reasonOf(answer.body) });
  }
};

/** `POST /api/kernels/{id}/restart`: answers before the new kernel is ready. */
export const restartKernel = async (http: GatewayHttp, id: string): Promise<void> => {
  const answer = await http.request({ method: 'POST', path: `${kernelPath(id)}/restart`, timeout: 20_000 }, [200, 404]);
  if (answer.status === 404) {
    throw new CodedError('kernel.gone', { reason: reasonOf(answer.body) });
  }
};

/** `POST /api/kernels`: `env` is always sent, or another request's would be left in place on Enterprise Gateway 3.3. */
export const postKernel = async (
  http: GatewayHttp,
  name: string,
  env: Readonly<Record<string, string>>,
  timeout: number,
): Promise<KernelModel> => {
  const answer = await http.request(
    { method: 'POST', path: 'api/kernels', body: { name, env }, timeout },
    [201, 403, 500, 501],
  );
  if (answer.status === 201) {
    return validated(http, kernelModel, answer.body);
  }
  throw launchRefusal(http, name, env, timeout, answer.status, answer.body);
};

const launchRefusal = (
  http: GatewayHttp,
  name: string,
  env: Readonly<Record<string, string>>,
  timeout: number,
  status: number,
  body: unknown,
): CodedError => {
  const reason = reasonOf(body);
  const details = JSON.stringify(body ?? {});
  if (/NoSuchKernel|No such kernel/i.test(details)) {
    return new CodedError('kernel.unknown', { name, available: [] });
  }
  if (status === 403) {
    if (/not authorized/i.test(reason)) {
      return new CodedError('kernel.userNotAuthorized', { user: env['KERNEL_USERNAME'] ?? '', reason });
    }
    return /limit|max kernels/i.test(reason)
      ? new CodedError('kernel.limit', { reason })
      : /^(forbidden)?$/i.test(reason)
        ? new CodedError('gateway.rejectedToken', { url: http.connection.baseUrl })
        : new CodedError('gateway.forbidden', { url: http.connection.baseUrl, reason });
  }
  return /launch timeout|waited too long/i.test(reason)
    ? new CodedError('kernel.launchTimedOut', { name, seconds: Math.round(timeout / 1000) })
    : new CodedError('kernel.launchFailed', { name, reason: reason || `status ${status}` });
};

const kernelPath = (id: string): string => `api/kernels/${encodeURIComponent(id)}`;
