// Headers of the user's own for a gateway, e.g. for a proxy before it.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { causeOf, CodedError } from '../errors.ts';

/** What the engine sends itself; another value would break the connection. */
const own = new Set(['authorization', 'connection', 'content-length', 'content-type', 'cookie', 'host', 'upgrade']);

/**
 * Headers as they stand in a setting. `${env:NAME}` in a value stands for a variable of the environment, so that a secret is in no setting.
 * @param given - whatever the setting holds
 * @throws CodedError `gateway.invalidHeader`, which never tells a value
 */
export const readHeaders = (given: unknown, environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new CodedError('gateway.invalidHeader', { name: '', cause: 'they are no object of names and values' });
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
    const refuse = (cause: string): never => {
      throw new CodedError('gateway.invalidHeader', { name, cause });
    };
    if (typeof value !== 'string') {
      return refuse('its value is no text');
    }
    if (own.has(name.toLowerCase()) || name.toLowerCase().startsWith('sec-websocket-')) {
      return refuse('this program sends it itself');
    }
    const text = value.replaceAll(
      /\$\{env:([^}]*)\}/g,
      (_, variable: string) => environment[variable] ?? refuse(`there is no variable ${variable} in the environment`),
    );
    try {
      validateHeaderName(name);
      validateHeaderValue(name, text);
    } catch (error) {
      refuse(causeOf(error));
    }
    headers[name] = text;
  }
  return headers;
};
