// REST to one gateway: header authentication, every request bounded, every failure classified once.
import { Agent, fetch, type Dispatcher, type RequestInit, type Response } from 'undici';
import { causeOf, CodedError } from '../errors.ts';
import type { GatewayConnection } from './connection.ts';
import { logIn, type LoginSession } from './login.ts';
import { withoutServerName } from './tls.ts';

/** A decoded answer; `body` is unvalidated JSON, `null` where there was none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Relative to the base URL, no leading slash: `api/kernels`. */
  readonly path: string;
  readonly body?: unknown;
  /** Whole exchange, milliseconds; 15 s unless said. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** REST to one gateway. */
export interface GatewayHttp {
  readonly connection: GatewayConnection;
  /** Answers with a status the caller asked to see; all other failures are coded errors. */
  request(request: HttpRequest, accept: readonly number[]): Promise<HttpAnswer>;
  /** The headers that authenticate a websocket upgrade. */
  authenticationHeaders(): Promise<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  dispose(): Promise<void>;
}

/** A larger answer than any kernel API gives; beyond it something else is talking. */
const maximumBodyBytes = 16 << 20;
/** GET and DELETE are tried again on these, POST never: it may have been carried out. */
const passingStatuses = [502, 503, 504];

const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS|ERR_SSL|WRONG_VERSION_NUMBER|HOSTNAME_MISMATCH/;

const networkError = (url: string, error: unknown): CodedError => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? '') : '';
  const found = code || causeOf(cause);
  return certificateCodes.test(code)
    ? new CodedError('gateway.certificate', { url, cause: found }, { cause: error })
    : new CodedError('gateway.unreachable', { url, cause: found }, { cause: error });
};

const readBounded = async (response: Response, url: string): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array;
    bytes += part.byteLength;
    if (bytes > maximumBodyBytes) {
      throw new CodedError('gateway.invalidResponse', { url, problem: `more than ${maximumBodyBytes} bytes` });
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** The server's own words: Enterprise Gateway puts them in `reason`, often beside an empty `message`. */
export const reasonOf = (body: unknown): string => {
  if (typeof body !== 'object' || body === null) {
    return '';
  }
  const { message, reason } = body as { message?: unknown; reason?: unknown };
  return [message, reason].find((text): text is string => typeof text === 'string' && text !== '') ?? '';
};

const decode = (url: string, status: number, contentType: string, text: string): unknown => {
  if (text === '') {
    return null;
  }
  if (!contentType.includes('json')) {
    const found = contentType.includes('html') ? 'a web page' : contentType || 'no content type';
    throw new CodedError('gateway.notJupyter', { url, found: `${found} (status ${status})` });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CodedError('gateway.invalidResponse', { url, problem: 'not JSON' }, { cause: error });
  }
};

const refusal = (url: string, status: number, body: unknown): CodedError => {
  const reason = reasonOf(body);
  // Enterprise Gateway answers 401 to a wrong token; Jupyter Server 403 with nothing but "Forbidden".
  return status === 401 || (status === 403 && /^(forbidden)?$/i.test(reason))
    ? new CodedError('gateway.rejectedToken', { url })
    : status === 403
      ? new CodedError('gateway.forbidden', { url, reason })
      : new CodedError('gateway.refused', { url, status, reason });
};

/** Makes the REST client of one connection. */
export const createGatewayHttp = (connection: GatewayConnection): GatewayHttp => {
  const dispatcher = new Agent({
    // Launches may take longer than undici's own 300 s (https://github.com/openai/openai-node/issues/2153): ours is the bound.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    connect: withoutServerName({
      timeout: 10_000,
      ...(connection.certificateAuthority ? { ca: connection.certificateAuthority } : {}),
    }),
  });
  let session: Promise<LoginSession> | undefined;

  const authenticationHeaders = async (): Promise<Record<string, string>> => {
    const headers: Record<string, string> = { ...connection.headers };
    if (connection.token) {
      headers['Authorization'] = `token ${connection.token}`;
    } else if (connection.password !== undefined) {
      session ??= logIn(connection.baseUrl, connection.password, dispatcher, connection.headers);
      session.catch(() => (session = undefined));
      const { cookie, xsrfToken } = await session;
      headers['Cookie'] = cookie;
      headers['X-XSRFToken'] = xsrfToken;
    }
    return headers;
  };

  const once = async (request: HttpRequest): Promise<HttpAnswer> => {
    const url = new URL(request.path, connection.baseUrl).href;
    const timeout = request.timeout ?? 15_000;
    const bound = AbortSignal.timeout(timeout);
    const init: RequestInit = {
      method: request.method,
      dispatcher,
      // A redirect leads to a sign-in page or to another host, which must never see the token.
      redirect: 'manual',
      headers: { Accept: 'application/json', ...(await authenticationHeaders()) },
      signal: request.signal ? AbortSignal.any([bound, request.signal]) : bound,
    };
    if (request.body !== undefined) {
      init.body = JSON.stringify(request.body);
      init.headers = { ...(init.headers as Record<string, string>), 'Content-Type': 'application/json' };
    }
    try {
      const response = await fetch(url, init);
      if (response.status >= 300 && response.status < 400) {
        const location = response.headers.get('location') ?? '';
        await response.body?.cancel();
        throw new CodedError('gateway.signInPage', {
          url: connection.baseUrl,
          location: location.replace(/\?.*$/, ''),
        });
      }
      const text = await readBounded(response, url);
      return {
        status: response.status,
        body: decode(url, response.status, response.headers.get('content-type') ?? '', text),
      };
    } catch (error) {
      if (error instanceof CodedError) {
        throw error;
      }
      if (request.signal?.aborted) {
        throw new CodedError('cancelled', {}, { cause: error });
      }
      if (bound.aborted) {
        throw new CodedError('gateway.timedOut', { url: connection.baseUrl, seconds: Math.round(timeout / 1000) });
      }
      throw networkError(connection.baseUrl, error);
    }
  };

  return {
    connection,
    dispatcher,
    authenticationHeaders,
    request: async (request, accept) => {
      for (let attempt = 0; ; attempt++) {
        const answer = await once(request);
        if (accept.includes(answer.status)) {
          return answer;
        }
        const again = request.method !== 'POST' && attempt < 2 && passingStatuses.includes(answer.status);
        if (!again) {
          throw refusal(connection.baseUrl, answer.status, answer.body);
        }
        await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
      }
    },
    dispose: async () => {
      await dispatcher.destroy();
    },
  };
};
