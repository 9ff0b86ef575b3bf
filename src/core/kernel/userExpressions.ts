// Reads what a kernel answers to user expressions: https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute
import * as v from 'valibot';

const replySchema = v.object({
  user_expressions: v.record(
    v.string(),
    v.variant('status', [
      v.object({ status: v.literal('ok'), data: v.record(v.string(), v.unknown()) }),
      v.object({ status: v.literal('error'), ename: v.optional(v.string(), ''), evalue: v.optional(v.string(), '') }),
    ]),
  ),
});

/**
 * The value of one user expression in the content of an `execute_reply`, or `undefined` when it was not evaluated (the
 * cell raised), failed, or is no JSON.
 */
export const userExpressionValue = (reply: unknown, name: string): unknown => {
  const parsed = v.safeParse(replySchema, reply);
  const expression = parsed.success ? parsed.output.user_expressions[name] : undefined;
  if (expression?.status !== 'ok') {
    return undefined;
  }
  const json = expression.data['application/json'];
  if (json !== undefined) {
    return json;
  }
  // A Python kernel without IPython's formatters answers with the representation only, which is JSON text.
  const text = expression.data['text/plain'];
  try {
    return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
};
