// What the environments of the embedded gateway are made of, and how much that is.
import type { Python } from './python.ts';

/** How an environment is made: pip's arguments, one call after the other. */
export interface Recipe {
  readonly name: 'gateway' | 'kernel' | 'kernel-gateway';
  readonly title: string;
  readonly reason: string;
  readonly installs: readonly (readonly string[])[];
  /** Run to prove that it works. */
  readonly proof: string;
  /** On disk, measured on Linux with Python 3.11. */
  readonly megabytes: number;
  /** How many packages pip gets, for the progress. */
  readonly packages: number;
}

/** Its dependencies and its server's, without what they pin; setuptools brings back distutils, which left Python in 3.12. */
const gatewayDependencies = [
  ...['docker', 'future', 'jinja2', 'jupyter_core', 'kubernetes', 'paramiko', 'pexpect', 'pycryptodomex', 'requests'],
  ...['tornado<7', 'traitlets', 'watchdog', 'yarn-api-client', 'pyzmq>=26', 'setuptools<81', 'python-dateutil'],
  ...['anyio<4', 'argon2-cffi', 'nbconvert', 'nbformat', 'packaging', 'prometheus-client', 'Send2Trash'],
  ...['terminado', 'websocket-client', 'nest-asyncio', 'jupyter_client==6.1.12'],
];

/**
 * Enterprise Gateway 3.3: as published on Python 3.10 and 3.11; with constraints of ours from 3.12 on, where its pyzmq < 25 has
 * no wheels. jupyter_client 7 and 8 break its way of starting kernels, so 6.1.12 stays.
 */
export const gatewayRecipe = ({ version: [, minor] }: Python): Recipe => ({
  name: 'gateway',
  title: 'Installing Jupyter Enterprise Gateway 3.3',
  reason: 'it starts and connects the kernels that run your code',
  proof: 'import enterprise_gateway.enterprisegatewayapp',
  megabytes: 280,
  packages: 80,
  installs:
    minor <= 11
      ? [['jupyter_enterprise_gateway==3.3.0']]
      : [
          ['--no-deps', 'jupyter_enterprise_gateway==3.3.0', 'jupyter_client==6.1.12', 'jupyter_server==1.24.0'],
          gatewayDependencies,
        ],
});

/** The same kernel API with current dependencies, for a Python on which Enterprise Gateway does not start. */
export const kernelGatewayRecipe: Recipe = {
  name: 'kernel-gateway',
  title: 'Installing Jupyter Kernel Gateway 3',
  reason: 'Enterprise Gateway does not work with this Python',
  proof: 'import kernel_gateway.gatewayapp',
  megabytes: 120,
  packages: 60,
  installs: [['jupyter_kernel_gateway>=3,<4']],
};

/** What code in a chat expects to find. The first figure ever drawn builds matplotlib's font cache: better now than then. */
export const kernelRecipe: Recipe = {
  name: 'kernel',
  title: 'Installing the Python kernel with pandas, openpyxl and matplotlib',
  reason: 'your code runs in it, apart from every other Python',
  proof: 'import ipykernel, pandas, openpyxl, matplotlib.font_manager',
  megabytes: 380,
  packages: 35,
  installs: [['ipykernel>=6.29', 'numpy', 'pandas', 'openpyxl', 'matplotlib', 'pillow']],
};
