// A program that lands files of many sizes in a folder on a small disk, and prints what became of each as a line of JSON.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLanding } from '../../../src/core/workspace/landing/landing.ts';
import { LandingProblem } from '../../../src/core/workspace/landing/problem.ts';

const [, , folder = '', rounds = '0'] = process.argv;
let seed = 39;
const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;

const land = async (bytes: Buffer, piece: number): Promise<string> => {
  try {
    const landing = openLanding(folder);
    try {
      const file = landing.begin('sub/file', bytes.length);
      for (let offset = 0; offset < bytes.length; offset += piece) {
        await file.write(bytes.subarray(offset, offset + piece), offset);
      }
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await file.finish({ size: bytes.length, sha256, mtimeNs: 1_000_000_000n });
    } finally {
      await landing.close();
    }
    return 'landed';
  } catch (error) {
    return error instanceof LandingProblem ? error.code : String(error);
  }
};

for (let round = 0; round < Number(rounds); round += 1) {
  const bytes = Buffer.alloc(1 + random(2_000_000), round + 1);
  const outcome = await land(bytes, 1 + random(300_000));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const whole = files.every((entry) => readFileSync(join(entry.parentPath, entry.name)).equals(bytes));
  console.log(JSON.stringify({ size: bytes.length, outcome, files: files.map(({ name }) => name), whole }));
  rmSync(join(folder, 'sub'), { recursive: true, force: true });
}
