/** Under which key SecretStorage has a gateway's token. */
export const tokenKey = (baseUrl: string): string => `codeInterpreter.token:${baseUrl}`;
