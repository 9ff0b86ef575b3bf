// What TLS needs to know about a host given as an address.
import { isIP } from 'node:net';
import { buildConnector } from 'undici';

/** A connector like undici's own that sends no server name for an IP address: RFC 6066 section 3 forbids it, and Node warns. */
export const withoutServerName = (options: buildConnector.BuildOptions): buildConnector.connector => {
  const named = buildConnector(options);
  return (target, callback) => {
    const address = isIP(target.hostname.replace(/^\[|\]$/g, '')) !== 0;
    named(address ? { ...target, servername: '' } : target, callback);
  };
};
