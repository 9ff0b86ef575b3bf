// The suites of `npm test`, in the order in which they run.

/** What has to be there before a suite starts. */
export interface Needs {
  readonly python: boolean;
  readonly build: boolean;
  /** Kernels of other languages. */
  readonly kernels?: boolean;
}

export interface MochaSuite {
  readonly name: string;
  readonly kind: 'mocha';
  readonly files: string;
  /** A test's own limit unless it sets another. */
  readonly testSeconds: number;
  readonly suiteMinutes: number;
  readonly needs: Needs;
}

export interface OtherSuite {
  readonly name: string;
  readonly kind: 'check' | 'host';
  readonly suiteMinutes: number;
  readonly needs: Needs;
}

export type Suite = MochaSuite | OtherSuite;

const mocha = (
  name: string,
  testSeconds: number,
  suiteMinutes: number,
  needs: MochaSuite['needs'] = { python: false, build: false },
): MochaSuite => ({ name, kind: 'mocha', files: `test/${name}/**/*.test.ts`, testSeconds, suiteMinutes, needs });

/** Every suite. The limits only stop what hangs: they are many times what a run takes. */
export const suites: readonly Suite[] = [
  { name: 'check', kind: 'check', suiteMinutes: 6, needs: { python: false, build: false } },
  mocha('unit', 10, 4),
  mocha('gateway', 120, 12, { python: true, build: false, kernels: true }),
  mocha('cli', 120, 10, { python: true, build: true }),
  mocha('faults', 120, 10, { python: true, build: false }),
  { name: 'host', kind: 'host', suiteMinutes: 12, needs: { python: true, build: true } },
];

/** Runs only when it is asked for. */
export const soakSuite: MochaSuite = mocha('soak', 600, 60, { python: true, build: false });
