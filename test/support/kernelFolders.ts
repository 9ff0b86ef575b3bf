// Which folders kernels really work in, told by themselves: by the system's own call, past all translation.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './places.ts';

export interface KernelFolders {
  /** For the settings: each kernel writes its folder down. */
  readonly initCode: string;
  /** All that were written down. */
  all(): string[];
  /** Those that are still there, with the homes they lie in. */
  left(): string[];
}

/** A list in a folder that kernels of this machine can write to. */
export const recordKernelFolders = async (): Promise<KernelFolders> => {
  const record = join(await temporaryFolder('kernel-folders'), 'record');
  const all = (): string[] => (existsSync(record) ? readFileSync(record, 'utf8').split('\n').filter(Boolean) : []);
  return {
    initCode: `def _record():
    import ctypes
    folder = ctypes.create_string_buffer(4096)
    ctypes.CDLL(None).getcwd(folder, 4096)
    with open(${JSON.stringify(record)}, 'a') as file:
        file.write(folder.value.decode() + '\\n')
_record()
del _record
`,
    all,
    left: () => all().filter((folder) => existsSync(folder) || existsSync(join(folder, '..', 'owner'))),
  };
};
