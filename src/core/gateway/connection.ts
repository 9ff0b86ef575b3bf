// How a gateway is named and reached: the address and the secrets that go with it.
import { CodedError } from '../errors.ts';

/** One gateway: Enterprise Gateway, Kernel Gateway or Jupyter Server. Secrets live in memory only. */
export interface GatewayConnection {
  /** Ends with `/`; may have a path, never a query. */
  readonly baseUrl: string;
  readonly token: string | null;
  /** For a Jupyter Server with a password and no token. */
  readonly password?: string;
  /** PEM text of a private certificate authority, for this connection only. */
  readonly certificateAuthority?: string;
  /** Sent with each request and on the websocket upgrade, e.g. for a proxy. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The data folder's own gateway: its port changes with each start. */
  readonly embedded?: true;
  /** What a kernel that has ended said last on standard error, where somebody listened. */
  readonly lastWords?: (kernelId: string) => Promise<string | null>;
  /** Ends this process's use of a gateway that ends when nobody uses it. */
  readonly release?: () => void;
}

/** How a lease names a gateway, so that a later process finds it again. */
export const leaseAddress = (connection: GatewayConnection): string =>
  connection.embedded ? 'embedded' : connection.baseUrl;

/** Pages of Jupyter's front ends: people copy their address together with the server's. */
const pagePaths = /\/(?:lab|tree|notebooks|edit|terminals|login|api)(?:\/.*)?$/;

/**
 * Reads an address as people paste it: takes the token out of `?token=`, drops the path of a page, ends with `/`.
 * @throws CodedError `gateway.invalidUrl`
 */
export const parseGatewayUrl = (text: string): { baseUrl: string; token: string | null } => {
  const trimmed = text.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch (error) {
    throw new CodedError('gateway.invalidUrl', { url: text }, { cause: error });
  }
  if (!['http:', 'https:'].includes(url.protocol) || !url.hostname || url.username || url.password) {
    throw new CodedError('gateway.invalidUrl', { url: text });
  }
  const token = url.searchParams.get('token');
  const path = url.pathname.replace(pagePaths, '').replace(/\/+$/, '');
  return { baseUrl: `${url.origin}${path}/`, token: token === '' ? null : token };
};

/** The connection's address for logs and messages: no query, no secrets. */
export const displayUrl = (connection: GatewayConnection): string => connection.baseUrl;
