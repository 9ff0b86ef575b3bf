// The walkthrough leads only to commands and pictures that are there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as v from 'valibot';

const texts = v.parse(v.record(v.string(), v.string()), JSON.parse(readFileSync('package.nls.json', 'utf8')));
const { contributes } = v.parse(
  v.object({
    contributes: v.object({
      commands: v.array(v.object({ command: v.string() })),
      views: v.record(v.string(), v.array(v.object({ id: v.string() }))),
      walkthroughs: v.array(
        v.object({
          steps: v.array(
            v.object({
              description: v.string(),
              media: v.union([
                v.object({ image: v.string(), altText: v.string() }),
                v.object({ markdown: v.string() }),
              ]),
              completionEvents: v.array(v.string()),
            }),
          ),
        }),
      ),
    }),
  }),
  JSON.parse(readFileSync('package.json', 'utf8')),
);
const steps = contributes.walkthroughs.flatMap(({ steps: some }) => some);
const known = [
  ...contributes.commands.map(({ command }) => command),
  ...Object.values(contributes.views).flatMap((views) => views.map(({ id }) => `${id}.focus`)),
];

describe('the walkthrough', () => {
  it('has buttons and ends for commands and views that the manifest declares', () => {
    const used = steps.flatMap(({ description, completionEvents }) => [
      ...(texts[description.slice(1, -1)] ?? '').matchAll(/command:([\w.]+)/g),
      ...completionEvents.flatMap((event) => [...event.matchAll(/^onCommand:([\w.]+)/g)]),
    ]);
    assert.ok(used.length > steps.length);
    assert.deepEqual(
      used.map(([, command]) => command ?? '').filter((command) => !known.includes(command)),
      [],
    );
  });

  it('shows pictures that are in the package, with words for those who can’t see them', () => {
    for (const { media } of steps) {
      const path = 'image' in media ? media.image : media.markdown;
      assert.ok(existsSync(path) && path.startsWith('media/'), path);
      assert.ok(!('altText' in media) || texts[media.altText.slice(1, -1)], path);
    }
  });
});
