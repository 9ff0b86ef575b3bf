// Jupyter Server's password exchange: https://github.com/jupyter-server/jupyter_server/blob/main/jupyter_server/auth/login.py
import { fetch, type Dispatcher, type Response } from 'undici';
import { CodedError, causeOf } from '../errors.ts';

/** What a signed-in browser would hold. */
export interface LoginSession {
  /** Value of the `Cookie` header. */
  readonly cookie: string;
  /** Without it, every write with cookie authentication is refused. */
  readonly xsrfToken: string;
}

const keepCookies = (jar: Map<string, string>, response: Response): void => {
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';');
    const equals = pair.indexOf('=');
    if (equals > 0) {
      jar.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
    }
  }
};

const cookieHeader = (jar: Map<string, string>): string =>
  [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

/**
 * Signs in with a password: takes the `_xsrf` cookie from the login form, posts the form, keeps the session's cookies.
 * @throws CodedError `gateway.rejectedToken` when the password is wrong, `gateway.unreachable`
 */
export const logIn = async (
  baseUrl: string,
  password: string,
  dispatcher: Dispatcher,
  headers: Readonly<Record<string, string>> = {},
): Promise<LoginSession> => {
  const jar = new Map<string, string>();
  const url = new URL('login', baseUrl).href;
  try {
    const form = await fetch(url, { dispatcher, headers, redirect: 'manual', signal: AbortSignal.timeout(15_000) });
    await form.body?.cancel();
    keepCookies(jar, form);
    const answer = await fetch(url, {
      method: 'POST',
      dispatcher,
      redirect: 'manual',
      signal: AbortSignal.timeout(15_000),
      headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded', Cookie: cookieHeader(jar) },
      body: new URLSearchParams({ password, _xsrf: jar.get('_xsrf') ?? '' }).toString(),
    });
    await answer.body?.cancel();
    keepCookies(jar, answer);
    if (answer.status !== 302) {
      throw new CodedError('gateway.rejectedToken', { url: baseUrl });
    }
  } catch (error) {
    if (error instanceof CodedError) {
      throw error;
    }
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new CodedError('gateway.unreachable', { url: baseUrl, cause: causeOf(cause) }, { cause: error });
  }
  return { cookie: cookieHeader(jar), xsrfToken: jar.get('_xsrf') ?? '' };
};
