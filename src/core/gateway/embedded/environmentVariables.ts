// What the gateway's process, and through it the kernels, get of the caller's environment: what programs need, no secrets.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DataFolder } from '../../dataFolder.ts';
import { kernelspecFolder } from './kernelspecs.ts';

const system = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];
const language = ['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_COLLATE', 'LC_MESSAGES', 'LC_NUMERIC', 'LC_TIME'];
const folders = ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'IPYTHONDIR', 'MPLCONFIGDIR'];
const certificates = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT'];
const proxies = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
const tools = ['CUDA_VISIBLE_DEVICES', 'CUDA_HOME', 'JAVA_HOME', 'R_HOME', 'R_LIBS', 'R_LIBS_USER', 'JULIA_DEPOT_PATH'];

/**
 * The variables that kernels inherit. A gateway strips all others as soon as a request brings variables of its own, which ours
 * always does; without this list a kernel has neither PATH nor HOME.
 */
export const inheritedVariables: readonly string[] = [
  ...system,
  ...language,
  ...folders,
  ...certificates,
  ...proxies,
  ...tools,
];

/** The gateway's environment: nothing of the user's own Jupyter configuration, runtime or data. */
export const gatewayEnvironment = (data: DataFolder): NodeJS.ProcessEnv => {
  const inherited = inheritedVariables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    HOME: homedir(),
    ...Object.fromEntries(inherited),
    EG_KERNEL_LAUNCH_TIMEOUT: '60',
    JUPYTER_PATH: kernelspecFolder(data),
    JUPYTER_NO_CONFIG: '1',
    JUPYTER_CONFIG_DIR: join(data.gateway, 'config'),
    JUPYTER_DATA_DIR: join(data.gateway, 'data'),
    JUPYTER_RUNTIME_DIR: join(data.gateway, 'runtime'),
    // Warnings of the pinned, older packages on newer Pythons would fill the log.
    PYTHONWARNINGS: 'ignore',
    PYTHONUNBUFFERED: '1',
  };
};
