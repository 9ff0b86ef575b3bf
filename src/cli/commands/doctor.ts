// doctor: what works and what does not, by really trying it.
import { examine } from '../../core/doctor.ts';
import { describeExamination } from '../../wording/doctor.ts';
import type { Command } from '../commandLine.ts';
import { gatewayOptions, runOptions } from '../options.ts';
import { exitStatusOf } from '../output.ts';
import { openFromOptions } from '../services.ts';

export const doctorCommand: Command = {
  usage: 'doctor [--gateway URL] [--kernel NAME]',
  summary:
    'Tries all that a run needs, says how /mnt/data is made true and how files travel, and what to do where something is wrong.',
  options: { ...gatewayOptions, ...runOptions },
  run: async ({ values, output, signal }) => {
    const interpreter = await openFromOptions(values, output.log);
    try {
      const examinations = await examine(interpreter, signal);
      const described = examinations.map((examination) => ({ examination, ...describeExamination(examination) }));
      if (output.json) {
        output.value({
          good: described.every(({ good }) => good),
          checks: described.map(({ examination, good, text }) => ({
            check: examination.good ? examination.finding.check : examination.check,
            good,
            text,
            ...(examination.good ? { found: examination.finding } : { error: examination.error.code }),
          })),
        });
      }
      for (const { good, title, text } of described) {
        output.print(`${good ? 'ok   ' : 'WRONG'}  ${title}: ${text}\n`);
      }
      const failed = examinations.find((examination) => !examination.good);
      return failed ? exitStatusOf(failed.error) : described.every(({ good }) => good) ? 0 : 1;
    } finally {
      await interpreter.dispose();
    }
  },
};
